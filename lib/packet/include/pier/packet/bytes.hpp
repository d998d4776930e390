// Numbers in the bytes of a packet, in network order, at any place.
#pragma once

#include <pier/address/number_bytes.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace pier::packet {

// What is read, borrowed: it has to live as long as every view that was made of it.
using Bytes = std::span<const std::byte>;
// Where is written to.
using Room = std::span<std::byte>;

// The number whose first byte is bytes[at]. The caller has looked that it is all there.
template <std::unsigned_integral T>
[[nodiscard]] constexpr T load(Bytes bytes, std::size_t at) noexcept {
    return get_number<T>(bytes.subspan(at));
}

// The caller has looked that there is room.
template <std::unsigned_integral T>
constexpr void store(Room room, std::size_t at, T value) noexcept {
    put_number(room.subspan(at), value);
}

// Copies `bytes` to room[at]. They may stand there already, or overlap with it. The caller has looked that there is
// room.
inline void place(Room room, std::size_t at, Bytes bytes) noexcept {
    if (!bytes.empty()) std::memmove(room.data() + at, bytes.data(), bytes.size());
}

// The first `most` bytes, or all, if there are fewer.
[[nodiscard]] constexpr Bytes up_to(Bytes bytes, std::size_t most) noexcept {
    return bytes.first(bytes.size() < most ? bytes.size() : most);
}

}  // namespace pier::packet
