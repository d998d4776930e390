// What is wrong with a packet, and where.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

namespace pier::packet {

// `sentence` is for people, printable, and complete: what was read, where it begins, and what is wrong with it
// ("IPv4 header at 14: says 60 bytes of header, 34 are there"). `offset` is the byte where the wrong part begins,
// counted from the same byte as the `at` that the reader was given. Where bytes are missing, it is the end of those
// that are there. Builders give an offset in the room of the caller.
struct PacketError {
    std::size_t offset = 0;
    std::string sentence;
};

template <class T>
using PacketResult = std::expected<T, PacketError>;

// The failure side. `what` begins at `at`; what is wrong is `inside` bytes behind that.
[[nodiscard]] std::unexpected<PacketError> packet_error(std::string_view what, std::size_t at, std::size_t inside,
                                                        std::string_view wrong);
// "TCP header at 34: 20 bytes are needed, 7 are there".
[[nodiscard]] std::unexpected<PacketError> too_short(std::string_view what, std::size_t at, std::size_t needed,
                                                     std::size_t there);
// Of a builder: "TCP segment: 60 bytes are needed, the room has 40".
[[nodiscard]] std::unexpected<PacketError> no_room(std::string_view what, std::size_t needed, std::size_t there);
// Of a builder, about a field that it can't write: "TCP segment: options of 44 bytes, at most 40 have a place".
[[nodiscard]] std::unexpected<PacketError> not_buildable(std::string_view what, std::string_view wrong);

}  // namespace pier::packet
