// What is wrong with a text, and where.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

namespace pier {

// `sentence` is for people and complete: the text, its first 64 bytes if it is longer, and what is wrong with it
// ("10.0.0.0/33: a prefix of IPv4 has at most 32 bits"). It may hold any byte of the text: printable() or say() before
// a terminal. `offset` is the byte of the text where the wrong part begins; the text's size where something is missing
// at its end.
struct TextError {
    std::size_t offset = 0;
    std::string sentence;
};

template <class T>
using TextResult = std::expected<T, TextError>;

// The failure side. `what` says what is wrong, without the text.
[[nodiscard]] std::unexpected<TextError> text_error(std::string_view text, std::size_t offset, std::string_view what);

}  // namespace pier
