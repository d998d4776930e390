// The options of TCP that have a meaning here (RFC 9293, RFC 7323, RFC 2018).
#pragma once

#include <pier/packet/options.hpp>

#include <array>
#include <optional>

namespace pier::packet {

namespace tcp_option {
inline constexpr std::uint8_t no_operation = 1;
inline constexpr std::uint8_t mss = 2;
inline constexpr std::uint8_t window_scale = 3;
inline constexpr std::uint8_t sack_permitted = 4;
inline constexpr std::uint8_t sack = 5;
inline constexpr std::uint8_t timestamps = 8;
}  // namespace tcp_option

// A block of data that has come (RFC 2018, section 3).
struct SackBlock {
    std::uint32_t left = 0;
    std::uint32_t right = 0;  // behind the last byte

    friend constexpr bool operator==(const SackBlock&, const SackBlock&) noexcept = default;
};

struct TcpTimestamps {
    std::uint32_t value = 0;
    std::uint32_t echo_reply = 0;

    friend constexpr bool operator==(const TcpTimestamps&, const TcpTimestamps&) noexcept = default;
};

// 40 bytes have a place for four blocks.
inline constexpr std::size_t most_sack_blocks = 4;

struct TcpOptions {
    std::optional<std::uint16_t> mss = {};
    std::optional<std::uint8_t> window_scale = {};  // the exponent
    bool sack_permitted = false;
    std::optional<TcpTimestamps> timestamps = {};
    std::array<SackBlock, most_sack_blocks> sack{};
    std::size_t sack_count = 0;
    std::size_t others = 0;  // options of other kinds, and of a size that their kind does not have; read them raw

    friend constexpr bool operator==(const TcpOptions&, const TcpOptions&) noexcept = default;
};

// Of Tcp::read_options(). Error: the list is broken. Where a kind stands more than once, the last one counts.
[[nodiscard]] PacketResult<TcpOptions> read_tcp_options(OptionReader options);

// Writes those that are there, in the order of the kinds, padded to a multiple of 4 bytes, and returns their bytes,
// which lie in the room. Error: more than the room has; 40 bytes are enough for what a header can have. `others` is not
// looked at.
[[nodiscard]] PacketResult<Bytes> write_tcp_options(const TcpOptions& options, Room room);

}  // namespace pier::packet
