// UTF-8, character by character.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pier {

struct CodePoint {
    char32_t code = 0;
    std::size_t length = 0;  // bytes; 0 where the text begins with none that is well-formed
};

// The character that the text, of at least a byte, begins with. RFC 3629: no longer form than needed, no surrogates,
// nothing above U+10FFFF.
[[nodiscard]] CodePoint first_code_point(std::string_view text) noexcept;

// C0, DEL and C1: what a terminal obeys instead of showing it.
[[nodiscard]] constexpr bool is_control(char32_t code) noexcept { return code < 0x20 || (code >= 0x7f && code < 0xa0); }

// How many columns of a terminal it takes: 0 for what combines with the character before it, 2 for the wide ones of
// East Asia and pictures, else 1. By ranges (UAX #11 and the general categories Mn and Me), not by every exception.
[[nodiscard]] unsigned columns_of(char32_t code) noexcept;

}  // namespace pier
