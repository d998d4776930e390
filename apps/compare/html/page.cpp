#include "html/page.hpp"

#include <algorithm>

namespace compare {

std::string filled(std::string_view page, const std::function<std::string(std::string_view)>& part) {
    std::string text;
    for (std::size_t at = 0; at < page.size();) {
        const std::size_t begin = std::min(page.find("{{", at), page.size());
        text += page.substr(at, begin - at);
        if (begin == page.size()) break;
        const std::size_t end = page.find("}}", begin);
        text += part(page.substr(begin + 2, end - begin - 2));
        at = end + 2;
    }
    return text;
}

}  // namespace compare
