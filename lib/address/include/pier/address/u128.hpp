// A number as wide as an address of IPv6.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace pier {

// Unsigned; what goes beyond 128 bits is lost, as with the built-in types. Not every compiler has one of its own.
struct U128 {
    std::uint64_t high = 0;
    std::uint64_t low = 0;

    constexpr U128() noexcept = default;
    constexpr U128(std::uint64_t number) noexcept : low(number) {}  // NOLINT: as the built-in types convert
    constexpr U128(std::uint64_t high_half, std::uint64_t low_half) noexcept : high(high_half), low(low_half) {}

    // 2^exponent; 0 for 128 and above.
    [[nodiscard]] static constexpr U128 power_of_two(unsigned exponent) noexcept { return U128(1) << exponent; }
    // As many ones at the end; all for 128 and above.
    [[nodiscard]] static constexpr U128 ones(unsigned count) noexcept { return power_of_two(count) - 1; }

    friend constexpr U128 operator+(U128 a, U128 b) noexcept {
        const std::uint64_t sum = a.low + b.low;
        return {a.high + b.high + (sum < a.low ? 1 : 0), sum};
    }
    friend constexpr U128 operator-(U128 a, U128 b) noexcept {
        return {a.high - b.high - (a.low < b.low ? 1 : 0), a.low - b.low};
    }
    friend constexpr U128 operator&(U128 a, U128 b) noexcept { return {a.high & b.high, a.low & b.low}; }
    friend constexpr U128 operator|(U128 a, U128 b) noexcept { return {a.high | b.high, a.low | b.low}; }
    friend constexpr U128 operator^(U128 a, U128 b) noexcept { return {a.high ^ b.high, a.low ^ b.low}; }
    friend constexpr U128 operator~(U128 a) noexcept { return {~a.high, ~a.low}; }
    // By any number of places, also by 128 and more.
    friend constexpr U128 operator<<(U128 a, unsigned places) noexcept {
        if (places == 0) return a;
        if (places >= 128) return {};
        if (places >= 64) return {a.low << (places - 64), 0};
        return {a.high << places | a.low >> (64 - places), a.low << places};
    }
    friend constexpr U128 operator>>(U128 a, unsigned places) noexcept {
        if (places == 0) return a;
        if (places >= 128) return {};
        if (places >= 64) return {0, a.high >> (places - 64)};
        return {a.high >> places, a.low >> places | a.high << (64 - places)};
    }
    friend constexpr bool operator==(const U128&, const U128&) noexcept = default;
    friend constexpr std::strong_ordering operator<=>(const U128&, const U128&) noexcept = default;
};

// Decimal.
[[nodiscard]] std::string to_string(U128 number);

// 2^exponent in decimal, up to 2^128, which is one more than a U128 holds.
[[nodiscard]] std::string power_of_two_text(unsigned exponent);

}  // namespace pier
