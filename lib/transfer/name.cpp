#include <pier/transfer/name.hpp>

#include <pier/cli/utf8.hpp>

#include <algorithm>
#include <array>
#include <cstdint>

namespace pier::transfer {
namespace {

constexpr std::string_view digits = "0123456789ABCDEF";

char small(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool equals_without_case(std::string_view text, std::string_view small_text) noexcept {
    return std::ranges::equal(text, small_text, {}, small);
}

// Windows takes them for devices in every folder and with any ending ("Naming Files, Paths, and Namespaces" of
// Microsoft's documentation): also with the superscript digits, and with spaces in front of the ending.
bool is_device(std::string_view part) noexcept {
    std::string_view stem = part.substr(0, part.find('.'));
    while (stem.ends_with(' ')) stem.remove_suffix(1);
    constexpr std::array<std::string_view, 6> plain{"con", "prn", "aux", "nul", "conin$", "conout$"};
    for (const std::string_view device : plain) {
        if (equals_without_case(stem, device)) return true;
    }
    if (stem.size() < 4) return false;
    const std::string_view port = stem.substr(0, 3);
    if (!equals_without_case(port, "com") && !equals_without_case(port, "lpt")) return false;
    const std::string_view number = stem.substr(3);
    constexpr std::array<std::string_view, 3> superscripts{"\xc2\xb9", "\xc2\xb2", "\xc2\xb3"};
    return (number.size() == 1 && number[0] >= '0' && number[0] <= '9') ||
           std::ranges::find(superscripts, number) != superscripts.end();
}

bool is_plain_utf8(std::string_view text) noexcept {
    while (!text.empty()) {
        const CodePoint first = first_code_point(text);
        if (first.length == 0 || is_control(first.code)) return false;
        text.remove_prefix(first.length);
    }
    return true;
}

bool is_unreserved(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || c == '~';
}

}  // namespace

bool is_name_part(std::string_view part) noexcept {
    if (part.empty() || part.size() > longest_part) return false;
    if (part.ends_with('.') || part.ends_with(' ')) return false;  // "." and ".." among them
    if (part.find_first_of("/\\:") != std::string_view::npos) return false;
    return is_plain_utf8(part) && !is_device(part);
}

bool is_name(std::string_view name) noexcept {
    if (name.size() > longest_name) return false;
    for (;;) {
        const std::size_t slash = name.find('/');
        if (!is_name_part(name.substr(0, slash))) return false;
        if (slash == std::string_view::npos) return true;
        name.remove_prefix(slash + 1);
    }
}

std::vector<std::string> parts_of(std::string_view name) {
    std::vector<std::string> parts;
    for (;;) {
        const std::size_t slash = name.find('/');
        parts.emplace_back(name.substr(0, slash));
        if (slash == std::string_view::npos) return parts;
        name.remove_prefix(slash + 1);
    }
}

std::string encode_name(std::string_view name) {
    std::string text;
    for (const char c : name) {
        if (is_unreserved(c) || c == '/') {
            text += c;
            continue;
        }
        const auto byte = static_cast<std::uint8_t>(c);
        text += '%';
        text += digits[byte >> 4];
        text += digits[byte & 0xf];
    }
    return text;
}

std::optional<std::string> decode_name(std::string_view text) {
    if (text.size() > 3 * longest_name) return std::nullopt;
    std::string name;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            name += text[i];
            continue;
        }
        if (text.size() - i < 3) return std::nullopt;
        const std::size_t high = digits.find(text[i + 1]);
        const std::size_t low = digits.find(text[i + 2]);
        if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
        name += static_cast<char>(high << 4 | low);
        i += 2;
    }
    if (!is_name(name) || encode_name(name) != text) return std::nullopt;
    return name;
}

}  // namespace pier::transfer
