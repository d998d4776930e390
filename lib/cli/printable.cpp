#include <pier/cli/printable.hpp>

#include <pier/cli/utf8.hpp>

#include <cstdint>

namespace pier {
namespace {

constexpr std::uint32_t byte(char c) noexcept { return static_cast<unsigned char>(c); }

void escape(std::string& out, char c) {
    constexpr std::string_view digits = "0123456789abcdef";
    switch (c) {
        case '\n':
            out += "\\n";
            break;
        case '\r':
            out += "\\r";
            break;
        case '\t':
            out += "\\t";
            break;
        default:
            out += "\\x";
            out += digits[byte(c) >> 4];
            out += digits[byte(c) & 0xf];
    }
}

}  // namespace

std::string printable(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const CodePoint first = first_code_point(text);
        const bool plain = first.length != 0 && !is_control(first.code);
        const std::size_t length = first.length == 0 ? 1 : first.length;
        for (char c : text.substr(0, length)) {
            if (plain) {
                out += c;
            } else {
                escape(out, c);
            }
        }
        text.remove_prefix(length);
    }
    return out;
}

}  // namespace pier
