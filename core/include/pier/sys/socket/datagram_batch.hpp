// Many datagrams by one call of the system, where it has such calls, and one by one where it has none.
// Resolved by the linker: exactly one backend defines it. Any thread may call it unless it says otherwise, and it
// doesn't block unless it says so. Errors are Pier's conditions with the system's number.
#pragma once

#include <pier/endpoint.hpp>
#include <pier/result.hpp>
#include <pier/spi/socket.hpp>

#include <cstddef>
#include <span>

namespace pier::sys {

using spi::NativeSocket;

// The system's records of so many datagrams stand on the stack of one call: with addresses that is 12 KiB.
inline constexpr std::size_t most_datagrams_of_a_call = 64;

// A place for one message: a datagram, or several of one sender that the system has merged.
struct Arrival {
    std::span<std::byte> room;  // the caller's
    std::size_t size = 0;       // bytes in it
    std::size_t each = 0;       // of merged datagrams the size of all but the last, which may be shorter; else 0
    Endpoint from;
    bool truncated = false;  // it was longer than the room, and the rest is lost
};

// What has come of one try: `count` datagrams, from the first one on, and then `error` (ok where nothing stands against
// a further try). Both may be: then the system has told the error, and will not tell it again.
struct Batch {
    std::size_t count = 0;
    Error error;
};

// Takes what is there, in order (most_datagrams_of_a_call at most). Reports of datagrams that could not be delivered,
// which Windows gives to sockets without a peer, are skipped. Errors: operation_would_block when nothing is there, or
// no more; connection_refused (a connected socket was told "port unreachable"); what the system says.
[[nodiscard]] Batch receive_datagrams(NativeSocket socket, std::span<Arrival> places) noexcept;

// A datagram that is to go.
struct Departure {
    std::span<const std::byte> data;
    const Endpoint* to = nullptr;  // null: to the peer
};

// Sends in order (most_datagrams_of_a_call at most), on a socket of that family. An error behind the first datagram may
// be left to the next call, which begins with the datagram that has it. One that tells of an earlier datagram
// (connection_refused) may be lost there: sendmmsg(2). Errors: operation_would_block when there is no room;
// message_size; what the system says.
[[nodiscard]] Batch send_datagrams(NativeSocket socket, Family family, std::span<const Departure> datagrams) noexcept;

// What a system cuts by itself in one call. Linux: UDP_MAX_SEGMENTS was 64 at first, and is 128 now. The bytes are
// those of an IP packet without the headers of IPv6 and UDP (a longer one is EMSGSIZE).
inline constexpr std::size_t most_segments = 64;
inline constexpr std::size_t most_segment_bytes = 65'535 - 40 - 8;

// Sends `data` as datagrams of `each` bytes, of which the last may be shorter, by one call that the system cuts: all or
// none. At most most_segments and most_segment_bytes. `to`: null is the peer. Errors: operation_would_block;
// not_supported where the system, the socket's family or the device can't, or doesn't say why it refuses: then
// send_datagrams() is to be asked, which knows; connection_refused.
[[nodiscard]] Result<void> send_segments(NativeSocket socket, std::span<const std::byte> data, std::size_t each,
                                         const Endpoint* to) noexcept;

// From now on datagrams of one sender may come merged, which only receive_datagrams() tells: every place needs room for
// merged_bytes then. There is no way back, because what waits is merged already. Errors: not_supported. So says Windows
// always: systems in the field merge without the control message that says where to cut (UDP_COALESCED_INFO), which
// nobody can see.
inline constexpr std::size_t merged_bytes = 65'535;
[[nodiscard]] Result<void> merge_arrivals(NativeSocket socket) noexcept;

}  // namespace pier::sys
