// The words of a filter.
#pragma once

#include <pier/packet/error.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

namespace pier::packet::filter {

struct Token {
    enum class Kind : std::uint8_t {
        end,
        number,   // decimal, with 0x hexadecimal, with 0 octal
        dotted,   // 2 to 4 numbers: an IPv4 address or the beginning of one
        address,  // of IPv6
        mac,
        word,
        name,  // behind a backslash: no word of the language
        symbol,
    };

    Kind kind = Kind::end;
    std::size_t offset = 0;
    std::string_view text;
    std::uint32_t number = 0;

    [[nodiscard]] bool is(std::string_view word) const noexcept {
        return (kind == Kind::word || kind == Kind::symbol) && text == word;
    }
};

// What is wrong, as "'text': wrong"; only the printable characters of the text, and at most 64 of them.
[[nodiscard]] std::unexpected<PacketError> wrong_token(const Token& token, std::string_view wrong);

// The last one is the end.
[[nodiscard]] PacketResult<std::vector<Token>> split_filter(std::string_view text);

}  // namespace pier::packet::filter
