// IP addresses as text, without ports and zones: one reader and one writer for Endpoint and for lib/address.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace pier::detail {

enum class AddressTextFault : std::uint8_t {
    empty,
    bad_character,     // one that stands in no address, or not here
    number_missing,    // IPv4: nothing before a dot, between two, or behind the last one
    leading_zero,      // IPv4: some systems read it as octal
    number_too_large,  // IPv4: above 255
    too_few_numbers,   // IPv4
    too_many_numbers,  // IPv4
    lone_colon,        // IPv6: one at the beginning or at the end
    third_colon,       // IPv6: behind two
    second_gap,        // IPv6: "::" twice
    group_too_long,    // IPv6: more than four digits
    too_few_groups,    // IPv6
    too_many_groups,   // IPv6
    gap_of_nothing,    // IPv6: "::" although all eight groups are there
    quad_not_at_end,   // IPv6: a dotted quad with something behind it
};

struct AddressTextError {
    AddressTextFault fault;
    std::size_t at;  // the byte where the wrong part begins; the text's size where something is missing at its end
};

template <class Bytes>
using AddressTextResult = std::expected<Bytes, AddressTextError>;
using BytesOfV4 = std::array<std::uint8_t, 4>;
using BytesOfV6 = std::array<std::uint8_t, 16>;

[[nodiscard]] constexpr bool is_decimal_digit(char c) noexcept { return c >= '0' && c <= '9'; }

// The value of a hexadecimal digit, 16 for what is none.
[[nodiscard]] constexpr unsigned hex_digit(char c) noexcept {
    if (is_decimal_digit(c)) return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
    if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
    return 16;
}

// What inet_pton(3) takes for AF_INET: four decimal numbers up to 255 without leading zeros.
[[nodiscard]] constexpr AddressTextResult<BytesOfV4> parse_v4(std::string_view text) noexcept {
    using enum AddressTextFault;
    auto wrong = [](AddressTextFault fault, std::size_t at) { return std::unexpected(AddressTextError{fault, at}); };
    if (text.empty()) return wrong(empty, 0);
    BytesOfV4 bytes{};
    std::size_t count = 0;
    for (std::size_t at = 0;; ++at) {
        const std::size_t begin = at;
        unsigned value = 0;
        for (; at < text.size() && is_decimal_digit(text[at]); ++at) {
            if (value <= 255) value = value * 10 + static_cast<unsigned>(text[at] - '0');
        }
        if (at == begin) return wrong(at == text.size() || text[at] == '.' ? number_missing : bad_character, at);
        if (at - begin > 1 && text[begin] == '0') return wrong(leading_zero, begin);
        if (value > 255) return wrong(number_too_large, begin);
        if (count == bytes.size()) return wrong(too_many_numbers, begin);
        bytes[count++] = static_cast<std::uint8_t>(value);
        if (at == text.size()) break;
        if (text[at] != '.') return wrong(bad_character, at);
    }
    if (count < bytes.size()) return wrong(too_few_numbers, text.size());
    return bytes;
}

// Of parse_v6: the groups before and behind "::".
struct AddressGroups {
    static constexpr std::size_t most = 8;
    std::array<std::uint16_t, most> values{};
    std::size_t count = 0;
    std::size_t gap = most + 1;  // the group before which "::" stands, if it does
    std::size_t gap_at = 0;      // and its place in the text

    [[nodiscard]] constexpr bool has_gap() const noexcept { return gap <= most; }
    [[nodiscard]] constexpr bool push(unsigned value) noexcept {
        if (count == most) return false;
        values[count++] = static_cast<std::uint16_t>(value);
        return true;
    }
    [[nodiscard]] constexpr BytesOfV6 bytes() const noexcept {
        BytesOfV6 result{};
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t group = i < gap ? i : most - count + i;
            result[2 * group] = static_cast<std::uint8_t>(values[i] >> 8);
            result[2 * group + 1] = static_cast<std::uint8_t>(values[i] & 0xff);
        }
        return result;
    }
};

// What inet_pton(3) takes for AF_INET6: RFC 4291, section 2.2, in upper and lower case. A zone is no part of it.
[[nodiscard]] constexpr AddressTextResult<BytesOfV6> parse_v6(std::string_view text) noexcept {
    using enum AddressTextFault;
    auto wrong = [](AddressTextFault fault, std::size_t at) { return std::unexpected(AddressTextError{fault, at}); };
    if (text.empty()) return wrong(empty, 0);
    AddressGroups groups;
    std::size_t at = 0;
    if (text.starts_with("::")) {
        groups.gap = 0;
        at = 2;
    } else if (text.front() == ':') {
        return wrong(lone_colon, 0);
    }
    while (at < text.size()) {
        const std::size_t begin = at;
        unsigned value = 0;
        for (; at < text.size() && hex_digit(text[at]) < 16; ++at) {
            if (at - begin < 4) value = value << 4 | hex_digit(text[at]);
        }
        if (at < text.size() && at > begin && text[at] == '.') {
            if (text.find(':', at) != std::string_view::npos) return wrong(quad_not_at_end, begin);
            const auto quad = parse_v4(text.substr(begin));
            if (!quad) return wrong(quad.error().fault, begin + quad.error().at);
            for (std::size_t i = 0; i < 4; i += 2) {
                const auto pair = static_cast<unsigned>((*quad)[i] << 8 | (*quad)[i + 1]);
                if (!groups.push(pair)) return wrong(too_many_groups, begin);
            }
            break;
        }
        if (at == begin) return wrong(text[at] == ':' ? third_colon : bad_character, at);
        if (at - begin > 4) return wrong(group_too_long, begin);
        if (!groups.push(value)) return wrong(too_many_groups, begin);
        if (at == text.size()) break;
        if (text[at] != ':') return wrong(bad_character, at);
        if (++at == text.size()) return wrong(lone_colon, at - 1);
        if (text[at] != ':') continue;
        if (groups.has_gap()) return wrong(second_gap, at - 1);
        groups.gap = groups.count;
        groups.gap_at = at - 1;
        ++at;
    }
    if (!groups.has_gap() && groups.count < AddressGroups::most) return wrong(too_few_groups, text.size());
    if (groups.has_gap() && groups.count == AddressGroups::most) return wrong(gap_of_nothing, groups.gap_at);
    return groups.bytes();
}

// Unicast fe80::/10, and multicast of the scopes interface and link: what is told apart by a zone.
[[nodiscard]] constexpr bool takes_zone(const BytesOfV6& bytes) noexcept {
    if (bytes[0] == 0xfe) return (bytes[1] & 0xc0) == 0x80;
    const unsigned scope = bytes[1] & 0xfU;
    return bytes[0] == 0xff && (scope == 1 || scope == 2);
}

// Which addresses of IPv6 end in a dotted quad: mapped ones (::ffff:192.0.2.1), or also those that RFC 4291 calls
// compatible and no longer wants (::192.0.2.1), as inet_ntop(3) does it.
enum class DottedQuads : std::uint8_t { of_mapped, of_mapped_and_compatible };

[[nodiscard]] std::string format_v4(const std::uint8_t* bytes);
// RFC 5952: lower case, the longest run of two or more zero groups (the first of equals) as "::".
[[nodiscard]] std::string format_v6(const BytesOfV6& bytes, DottedQuads quads);

}  // namespace pier::detail
