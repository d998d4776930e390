#include <pier/chat/text.hpp>

#include <pier/cli/utf8.hpp>

namespace pier::chat {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";  // U+FFFD
constexpr char escape = '\x1b';

bool is_final(char c) noexcept { return c >= 0x40 && c <= 0x7e; }

// Behind a control sequence's introducer: up to its final byte. What is no part of one ends it, and stays.
std::size_t control_sequence(std::string_view text) noexcept {
    std::size_t at = 0;
    while (at < text.size() && text[at] >= 0x20 && text[at] <= 0x3f) ++at;
    return at < text.size() && is_final(text[at]) ? at + 1 : at;
}

// Behind the introducer of a string (a title, say): up to BEL or ESC \. One that does not end takes the rest, as a
// terminal would.
std::size_t control_string(std::string_view text) noexcept {
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\a') return at + 1;
        if (text[at] == escape && at + 1 < text.size() && text[at + 1] == '\\') return at + 2;
    }
    return text.size();
}

// The length of the escape sequence that the text begins with.
std::size_t escape_sequence(std::string_view text) noexcept {
    if (text.size() < 2) return text.size();
    switch (text[1]) {
        case '[':
            return 2 + control_sequence(text.substr(2));
        case ']':
        case 'P':
        case 'X':
        case '^':
        case '_':
            return 2 + control_string(text.substr(2));
        default:
            break;
    }
    std::size_t at = 1;
    while (at < text.size() && text[at] >= 0x20 && text[at] <= 0x2f) ++at;
    return at < text.size() && text[at] >= 0x30 && text[at] <= 0x7e ? at + 1 : at;
}

// Of C1 in its two bytes of UTF-8, which some terminals obey: the sequence that it introduces.
std::size_t c1_sequence(char32_t code, std::string_view behind) noexcept {
    if (code == 0x9b) return control_sequence(behind);
    const bool begins_string = code == 0x90 || code == 0x98 || code == 0x9d || code == 0x9e || code == 0x9f;
    return begins_string ? control_string(behind) : 0;
}

bool is_unwanted(char32_t code) noexcept {
    return (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) || code == 0x2028 ||
           code == 0x2029 || code == 0xfeff || (code >= 0xe0000 && code <= 0xe007f);
}

}  // namespace

std::string clean(std::string_view text, std::size_t longest) {
    std::string out;
    while (!text.empty()) {
        if (text.front() == escape) {
            text.remove_prefix(escape_sequence(text));
            continue;
        }
        const CodePoint first = first_code_point(text);
        std::string_view piece = text.substr(0, first.length == 0 ? 1 : first.length);
        text.remove_prefix(piece.size());
        if (first.length == 0) {
            piece = replacement;
        } else if (first.code == '\t') {
            piece = " ";
        } else if (is_control(first.code)) {
            text.remove_prefix(c1_sequence(first.code, text));
            continue;
        } else if (is_unwanted(first.code)) {
            continue;
        }
        if (out.size() + piece.size() > longest) break;
        out += piece;
    }
    return out;
}

}  // namespace pier::chat
