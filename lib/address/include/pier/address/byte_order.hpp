// Numbers in network order, which is the one with the most significant byte first (RFC 1700).
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>

namespace pier {

// Exactly these widths, so that no int, bool or character is swapped by mistake, as htons() lets it.
template <class T>
concept NetworkNumber =
    std::same_as<T, std::uint16_t> || std::same_as<T, std::uint32_t> || std::same_as<T, std::uint64_t>;

// The number whose bytes in memory are those of `number`, the other way round.
template <NetworkNumber T>
[[nodiscard]] constexpr T swap_bytes(T number) noexcept {
    return std::byteswap(number);
}

// What htons() and htonl() do: the number that, written to memory by this machine, has the order of the network.
template <NetworkNumber T>
[[nodiscard]] constexpr T to_network(T number) noexcept {
    return std::endian::native == std::endian::little ? swap_bytes(number) : number;
}

// What ntohs() and ntohl() do.
template <NetworkNumber T>
[[nodiscard]] constexpr T from_network(T number) noexcept {
    return to_network(number);
}

}  // namespace pier
