#include <pier/chat/name.hpp>

#include <algorithm>

namespace pier::chat {
namespace {

// Whatever the locale says of letters.
constexpr bool is_upper(char c) noexcept { return c >= 'A' && c <= 'Z'; }
constexpr bool is_allowed(char c) noexcept {
    return is_upper(c) || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

constexpr char folded(char c) noexcept {
    if (is_upper(c)) c = static_cast<char>(c - 'A' + 'a');
    switch (c) {
        case '0':
            return 'o';
        case '1':
        case 'i':
            return 'l';
        case '5':
            return 's';
        case '_':
            return '-';
        default:
            return c;
    }
}

}  // namespace

bool is_name(std::string_view name) noexcept {
    return !name.empty() && name.size() <= longest_name && std::ranges::all_of(name, is_allowed);
}

std::string look_of(std::string_view name) {
    std::string look(name);
    std::ranges::transform(look, look.begin(), folded);
    return look;
}

}  // namespace pier::chat
