#include "kind/words.hpp"

#include <charconv>

namespace ipc {

std::string word_of(pier::NativeHandle handle) { return std::to_string(static_cast<std::uintptr_t>(handle)); }

std::string word_at(const std::vector<std::string>& words, std::size_t place) {
    return place < words.size() ? words[place] : std::string();
}

pier::SystemHandle handle_of(const std::vector<std::string>& words, std::size_t place) {
    const std::string word = word_at(words, place);
    std::uintptr_t number = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (error != std::errc() || end != word.data() + word.size()) return {};
    return pier::SystemHandle(pier::NativeHandle{number});
}

}  // namespace ipc
