#include <pier/packet/text/hex_dump.hpp>

#include <string_view>

namespace pier::packet {
namespace {

void add_hexadecimal(std::string& text, std::size_t number, unsigned digits) {
    constexpr std::string_view letters = "0123456789abcdef";
    while (digits-- > 0) text += letters[number >> (4 * digits) & 15U];
}

}  // namespace

std::string hex_dump(Bytes bytes, DumpLetters letters) {
    constexpr std::size_t in_line = 16;
    std::string text;
    for (std::size_t at = 0; at < bytes.size(); at += in_line) {
        const Bytes line = up_to(bytes.subspan(at), in_line);
        std::string digits, characters;
        for (const std::byte byte : line) {
            if (characters.size() % 2 == 0) digits += ' ';
            const auto value = std::to_integer<std::uint8_t>(byte);
            add_hexadecimal(digits, value, 2);
            characters += value >= 0x20 && value < 0x7f ? static_cast<char>(value) : '.';
        }
        if (letters == DumpLetters::yes) digits.resize(40, ' ');
        text += "0x";
        add_hexadecimal(text, at, at > 0xffff ? 8 : 4);
        text.append(": ").append(digits);
        if (letters == DumpLetters::yes) text.append("  ").append(characters);
        text += '\n';
    }
    return text;
}

}  // namespace pier::packet
