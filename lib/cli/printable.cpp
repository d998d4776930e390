#include <pier/cli/printable.hpp>

#include <cstdint>

namespace pier {
namespace {

constexpr std::uint32_t byte(char c) noexcept { return static_cast<unsigned char>(c); }

// The length of the well-formed UTF-8 sequence that the text begins with, 0 where there is none. RFC 3629: no longer
// form than needed, no surrogates, nothing above U+10FFFF.
std::size_t sequence(std::string_view text, std::uint32_t& code) noexcept {
    const std::uint32_t lead = byte(text.front());
    code = lead;
    if (lead < 0x80) return 1;
    if (lead < 0xc2 || lead > 0xf4) return 0;
    const std::size_t length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (text.size() < length) return 0;
    code = lead & (0x7fu >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(text[i]) & 0xc0) != 0x80) return 0;
        code = code << 6 | (byte(text[i]) & 0x3f);
    }
    constexpr std::uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = code >= 0xd800 && code <= 0xdfff;
    return code >= least[length] && code <= 0x10ffff && !surrogate ? length : 0;
}

bool is_control(std::uint32_t code) noexcept { return code < 0x20 || (code >= 0x7f && code < 0xa0); }

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
        std::uint32_t code = 0;
        std::size_t length = sequence(text, code);
        const bool plain = length != 0 && !is_control(code);
        if (length == 0) length = 1;
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
