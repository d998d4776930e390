// Raw sockets: the packets of one protocol of IP, with what their headers say.
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

// A raw socket that is not bound. `header_included`: what is sent begins with the IP header. It is told the hop limit,
// the traffic class, the destination and the interface of what it receives, and the time where the system has it.
// Errors: permission_denied without the privilege; not_supported for a protocol that the system lets nobody have;
// address_family_not_supported; too_many_files_open.
[[nodiscard]] Result<spi::NativeSocket> open_raw(Family family, std::uint8_t protocol, bool header_included);

// A socket for ICMP echo requests that needs no privilege: the system writes their identifier and their checksum, and
// receives their replies alone (icmp(7), ping_group_range). What a router answers instead comes as an IcmpFailure.
// Errors: permission_denied for a user outside of the groups; not_supported where the system has none.
[[nodiscard]] Result<spi::NativeSocket> open_echo(Family family);

// Binds to that address, whose port is 0. Windows receives on bound sockets alone. Errors: address_not_available.
[[nodiscard]] Result<void> bind_raw(spi::NativeSocket socket, const Endpoint& local);

// What came back instead of an answer to an echo request.
struct IcmpFailure {
    std::uint8_t type = 0;
    std::uint8_t code = 0;
    std::uint32_t mtu = 0;  // of a packet that is too big; else 0
    Endpoint from;          // who says so; without a family where this machine itself does
};

// A place for one packet, and what is known of it.
struct RawArrival {
    std::span<std::byte> room;  // the caller's
    std::size_t size = 0;       // bytes in it, those of an IPv4 header included
    bool truncated = false;     // it was longer than the room, and the rest is lost
    Endpoint from;              // port 0
    Endpoint to;                // port 0; without a family where it was not told
    std::uint32_t interface_index = 0;
    std::optional<std::uint8_t> hop_limit;
    std::optional<std::uint8_t> traffic_class;
    std::optional<std::chrono::nanoseconds> since_epoch;  // when it came, by the system's wall clock
    std::optional<IcmpFailure> failure;                   // then the room has what was sent
};

// What core knows of a socket.
struct RawKind {
    Family family = Family::unspecified;
    bool header_included = false;  // as it was opened
    bool is_echo = false;          // of open_echo()
};

// One try. Of IPv4 the room begins with the IP header, but for a socket of open_echo(). Errors: operation_would_block;
// what the system says.
[[nodiscard]] Result<void> receive_raw(spi::NativeSocket socket, RawKind kind, RawArrival& arrival) noexcept;

// One try; a packet goes as a whole. Errors: operation_would_block; message_size; host_unreachable,
// network_unreachable; permission_denied (a firewall, or broadcast without its option); not_supported for what the
// system sends nobody: TCP, and UDP from an address that is not the machine's own, on Windows ("TCP/IP Raw Sockets").
[[nodiscard]] Result<void> send_raw(spi::NativeSocket socket, RawKind kind, std::span<const std::byte> packet,
                                    const Endpoint& to) noexcept;

// Of a raw socket of ICMP or ICMPv6: only these types are received. Best effort, a saving: core looks itself, too.
void filter_icmp(spi::NativeSocket socket, Family family, std::span<const std::uint8_t> types) noexcept;

}  // namespace pier::sys
