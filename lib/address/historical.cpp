#include <pier/address/historical.hpp>

#include <pier/detail/address_text.hpp>

#include <array>
#include <cstdint>
#include <string>

namespace pier {
namespace {

constexpr std::uint64_t too_large = std::uint64_t{1} << 32;

// One number as strtoul(3) reads it with base 0, but for signs and spaces.
struct Number {
    std::uint64_t value = 0;  // too_large for whatever is not below it
    std::size_t length = 0;   // 0 without a digit at its beginning
};

Number read_number(std::string_view text) noexcept {
    Number number;
    unsigned base = 10;
    // "0x" without a digit behind it is the number 0 and an "x" that nobody wants.
    if (text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X') && detail::hex_digit(text[2]) < 16) {
        base = 16;
        number.length = 2;
    } else if (!text.empty() && text[0] == '0') {
        base = 8;
    }
    while (number.length < text.size() && detail::hex_digit(text[number.length]) < base) {
        number.value = number.value * base + detail::hex_digit(text[number.length]);
        if (number.value > too_large) number.value = too_large;
        ++number.length;
    }
    return number;
}

std::string quoted(std::string_view text) { return "\"" + std::string(text.substr(0, 16)) + "\""; }

}  // namespace

TextResult<Address> parse_historical(std::string_view text) {
    // What the last number may be, by how many stand before it.
    constexpr std::array<std::uint64_t, 4> most{0xffff'ffff, 0xff'ffff, 0xffff, 0xff};
    auto wrong = [text](std::size_t at, std::string what) {
        return text_error(text, at, what.append(" (at offset ").append(std::to_string(at)).append(")"));
    };
    if (text.empty()) return text_error(text, 0, "there is no address");
    std::uint32_t address = 0;
    std::size_t at = 0;
    for (unsigned before = 0;; ++before) {
        const Number number = read_number(text.substr(at));
        if (number.length == 0) return wrong(at, "a number is missing");
        const std::string_view digits = text.substr(at, number.length);
        const std::size_t end = at + number.length;
        const bool last = end == text.size();
        if (!last && text[end] != '.') {
            const bool octal = digits.front() == '0' && detail::is_decimal_digit(text[end]);
            return wrong(end, quoted(text.substr(end, 1)) +
                                  (octal ? " is no octal digit, and a number with a leading zero is octal"
                                         : " does not belong there"));
        }
        if (!last && before == 3) return wrong(end, "IPv4 has four numbers at most");
        const std::uint64_t limit = last ? most[before] : 0xff;
        if (number.value > limit) return wrong(at, quoted(digits) + " is more than " + std::to_string(limit));
        if (last) {
            address |= static_cast<std::uint32_t>(number.value);
            return Address::from_number(Family::ipv4, address);
        }
        address |= static_cast<std::uint32_t>(number.value) << (24 - 8 * before);
        at = end + 1;
    }
}

}  // namespace pier
