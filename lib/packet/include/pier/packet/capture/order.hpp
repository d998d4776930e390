// Numbers of capture files, which have the byte order of the machine that wrote them.
#pragma once

#include <pier/address/byte_order.hpp>
#include <pier/packet/bytes.hpp>

namespace pier::packet {

enum class FileOrder : std::uint8_t { little, big };

// The caller has looked that it is all there.
template <NetworkNumber Number>
[[nodiscard]] constexpr Number load_in(FileOrder order, Bytes bytes, std::size_t at) noexcept {
    const auto number = load<Number>(bytes, at);
    return order == FileOrder::big ? number : swap_bytes(number);
}

// The caller has looked that there is room.
template <NetworkNumber Number>
constexpr void store_in(FileOrder order, Room room, std::size_t at, Number number) noexcept {
    store(room, at, order == FileOrder::big ? number : swap_bytes(number));
}

}  // namespace pier::packet
