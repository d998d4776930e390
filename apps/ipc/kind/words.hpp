// What an invitation says, as words of a command line.
#pragma once

#include <pier/process/system_handle.hpp>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace ipc {

// The number that the word is, from its first character to its last.
template <class Number>
[[nodiscard]] std::optional<Number> number_of(std::string_view word) noexcept {
    Number number{};
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
    return number;
}

[[nodiscard]] std::string word_of(pier::NativeHandle handle);

// The word at that place as an inherited handle, which is the caller's from now on; none where there is no number.
[[nodiscard]] pier::SystemHandle handle_of(const std::vector<std::string>& words, std::size_t place);
// The word at that place; empty where there is none.
[[nodiscard]] std::string word_at(const std::vector<std::string>& words, std::size_t place);

}  // namespace ipc
