#include "report/words.hpp"

#include <cstddef>

namespace compare {

std::string capital(std::string_view text) {
    std::string title(text);
    if (!title.empty() && title.front() >= 'a' && title.front() <= 'z') title.front() -= 'a' - 'A';
    return title;
}

std::string listed(const std::vector<std::string>& words) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) text += i + 1 == words.size() ? " and " : ", ";
        text += words[i];
    }
    return text;
}

std::string spoken_name(std::string_view system) {
    std::string name = capital(system);
    if (name.starts_with("Wine-")) name[4] = ' ';
    return name;
}

}  // namespace compare
