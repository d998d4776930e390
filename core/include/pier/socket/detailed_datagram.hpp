// Datagrams with what their headers say: which address of this machine they were sent to, by which interface they came,
// how far they had to go; and answers that leave from just that address. ip(7), ipv6(7): IP_PKTINFO, RFC 3542;
// "IPPROTO_IP socket options", WSARecvMsg, WSASendMsg.
#pragma once

#include <pier/datagram.hpp>
#include <pier/detail/watched_handle.hpp>
#include <pier/sys/socket/details.hpp>
#include <pier/task.hpp>
#include <pier/time.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>

namespace pier {

// The address of this machine that a datagram leaves from (its port does not matter), and the interface that it leaves
// by. Without a family, and with 0, the system chooses.
using sys::PacketSource;

struct DetailedReceived {
    std::size_t size = 0;  // bytes in the buffer
    // The datagram was longer than the buffer, and the rest of it is lost. Windows tells no more of it but the sender.
    bool truncated = false;
    Endpoint from;                          // the sender
    Endpoint to;                            // whom it was sent to, with the socket's port: of this machine, or a group
    std::uint32_t interface_index = 0;      // by which it came; 0 is not known
    std::optional<std::uint8_t> hop_limit;  // what is left of the time to live
    std::optional<std::uint8_t> traffic_class;  // or type of service
    // When the system got it, by its wall clock, since the beginning of 1970 (UTC): on Linux alone.
    std::optional<std::chrono::nanoseconds> arrived;

    // Where an answer should come from, so that the one who asked knows it for one.
    [[nodiscard]] PacketSource reply_source() const noexcept { return {to, interface_index}; }
};

// A UDP socket for servers that are bound to any address, and for those that care which link they talk on. Move-only;
// confined to the loop that it was opened on. Works on every engine: it waits by a Watch, so that each wait costs a
// call more than a Datagram's. Several receives and sends may wait.
class DetailedDatagram : public spi::WatchedHandle {
public:
    // As Datagram::open(), of IPv4 and IPv6. Errors besides: address_family_not_supported for Unix-domain addresses,
    // not_enough_memory.
    [[nodiscard]] static Result<DetailedDatagram> open(const Endpoint& local, DatagramOptions options = {});

    DetailedDatagram() = default;

    // The next datagram, in the caller's buffer, which must live until this has ended. Errors: timed_out,
    // operation_canceled, not_connected when nothing is held.
    [[nodiscard]] Task<Result<DetailedReceived>> receive(std::span<std::byte> into, Deadline deadline = {}) const;

    // One datagram. The bytes, `to` and `source` must live until this has ended. Errors: as Datagram::send_to() of a
    // socket without a peer; for a source that is not this machine's, what the system says: network_unreachable (Linux,
    // IPv4), address_not_available, invalid_argument.
    [[nodiscard]] Task<Result<void>> send_to(std::span<const std::byte> data, const Endpoint& to,
                                             const PacketSource& source = {}, Deadline deadline = {}) const;

    [[nodiscard]] const Endpoint& local() const noexcept { return local_; }

private:
    DetailedDatagram(std::shared_ptr<spi::WatchedSocket> socket, Endpoint local) noexcept
        : WatchedHandle(std::move(socket)), local_(std::move(local)) {}

    Endpoint local_;
};

}  // namespace pier
