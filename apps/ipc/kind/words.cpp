#include "kind/words.hpp"

namespace ipc {

std::string word_of(pier::NativeHandle handle) { return std::to_string(static_cast<std::uintptr_t>(handle)); }

std::string word_at(const std::vector<std::string>& words, std::size_t place) {
    return place < words.size() ? words[place] : std::string();
}

pier::SystemHandle handle_of(const std::vector<std::string>& words, std::size_t place) {
    const auto number = number_of<std::uintptr_t>(word_at(words, place));
    if (!number) return {};
    return pier::SystemHandle(pier::NativeHandle{*number});
}

}  // namespace ipc
