// IP addresses in the bytes of a packet.
#pragma once

#include <pier/address/address.hpp>
#include <pier/packet/bytes.hpp>

namespace pier::packet {

// The caller has looked that four bytes are there.
[[nodiscard]] constexpr Address load_v4(Bytes bytes, std::size_t at) noexcept {
    Address::V4 v4{};
    for (std::size_t i = 0; i < v4.size(); ++i) v4[i] = load<std::uint8_t>(bytes, at + i);
    return Address::v4(v4);
}

// The caller has looked that sixteen bytes are there. The address has no scope: a packet doesn't say one.
[[nodiscard]] constexpr Address load_v6(Bytes bytes, std::size_t at) noexcept {
    Address::V6 v6{};
    for (std::size_t i = 0; i < v6.size(); ++i) v6[i] = load<std::uint8_t>(bytes, at + i);
    return Address::v6(v6);
}

// Its four or sixteen bytes. The caller has looked that there is room.
constexpr void store_address(Room room, std::size_t at, const Address& address) noexcept {
    for (const std::uint8_t byte : address.bytes()) store(room, at++, byte);
}

}  // namespace pier::packet
