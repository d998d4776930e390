// Numbers as bytes in network order, at any place in memory.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

namespace pier {

// The number whose first byte is the span's. The caller has looked that it is all there.
template <std::unsigned_integral T>
[[nodiscard]] constexpr T get_number(std::span<const std::byte> from) noexcept {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) value = value << 8 | std::to_integer<std::uint64_t>(from[i]);
    return static_cast<T>(value);
}

// Writes the number to the span's beginning. The caller has looked that there is room.
template <std::unsigned_integral T>
constexpr void put_number(std::span<std::byte> into, T value) noexcept {
    for (std::size_t i = 0; i < sizeof(T); ++i) {
        into[i] = static_cast<std::byte>(static_cast<std::uint64_t>(value) >> (8 * (sizeof(T) - 1 - i)) & 0xff);
    }
}

}  // namespace pier
