// Packets and datagrams with what their headers say, and with the source that they are to have.
// Resolved by the linker: exactly one backend defines it. Any thread may call it unless it says otherwise, and it
// doesn't block unless it says so. Errors are Pier's conditions with the system's number.
#pragma once

#include <pier/endpoint.hpp>
#include <pier/result.hpp>
#include <pier/spi/socket.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace pier::sys {

// From now on the socket is told the destination and the interface of what it receives, the hop limit, the traffic
// class and the time of arrival, as far as the system tells them.
void ask_for_details(spi::NativeSocket socket, Family family) noexcept;

// What a router, or this machine, has said of a packet that was sent.
struct IcmpFailure {
    std::uint8_t type = 0;
    std::uint8_t code = 0;
    std::uint32_t mtu = 0;  // of a packet that is too big; else 0
    Endpoint from;          // who says so, port 0; without a family where this machine itself does
};

// A place for one packet, and what is known of it.
struct DetailedArrival {
    std::span<std::byte> room;  // the caller's
    std::size_t size = 0;       // bytes in it
    bool truncated = false;     // it was longer than the room, and the rest is lost
    Endpoint from;
    Endpoint to;  // port 0; without a family where it was not told
    std::uint32_t interface_index = 0;
    std::optional<std::uint8_t> hop_limit;
    std::optional<std::uint8_t> traffic_class;
    std::optional<std::chrono::nanoseconds> since_epoch;  // when it came, by the system's wall clock
    std::optional<IcmpFailure> failure;                   // of take_failure()
};

// One try, on a socket of that family. Errors: operation_would_block; what the system says. Windows tells a socket
// without a peer of datagrams that were not delivered, and of hop limits that ran out: these are passed over.
[[nodiscard]] Result<void> receive_detailed(spi::NativeSocket socket, Family family, DetailedArrival& arrival) noexcept;

// Of a socket that queues what ICMP says of its packets, as those of open_echo() do. True: the room has what was sent,
// `to` is whom it was for, and `from` is who says so.
[[nodiscard]] bool take_failure(spi::NativeSocket socket, DetailedArrival& arrival) noexcept;

// The address of this machine that a packet is to leave from, and the interface; 0 is any.
struct PacketSource {
    Endpoint address;  // its port does not matter; without a family: the socket's
    std::uint32_t interface_index = 0;
};
// One try; a packet goes as a whole. Errors: operation_would_block; message_size; host_unreachable,
// network_unreachable; permission_denied (a firewall, or broadcast without its option); address_not_available for a
// source that is not this machine's; not_supported where the system can't choose one.
[[nodiscard]] Result<void> send_from(spi::NativeSocket socket, std::span<const std::byte> packet, const Endpoint& to,
                                     const PacketSource& source) noexcept;

}  // namespace pier::sys
