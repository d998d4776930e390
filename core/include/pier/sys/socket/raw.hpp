// Raw sockets: the packets of one protocol of IP. They are received and sent as <pier/sys/socket/details.hpp> says.
// Resolved by the linker: exactly one backend defines it. Any thread may call it unless it says otherwise, and it
// doesn't block unless it says so. Errors are Pier's conditions with the system's number.
#pragma once

#include <pier/endpoint.hpp>
#include <pier/result.hpp>
#include <pier/spi/socket.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace pier::sys {

// A raw socket that is not bound, and that is told all details. What it receives begins with the IP header over IPv4,
// and never over IPv6. `header_included`: so does what it sends. Errors: permission_denied without the privilege;
// not_supported for a protocol that the system lets nobody have; address_family_not_supported; too_many_files_open.
[[nodiscard]] Result<spi::NativeSocket> open_raw(Family family, std::uint8_t protocol, bool header_included);

// A socket for ICMP echo requests that needs no privilege: the system writes their identifier and their checksum, and
// receives their replies alone (icmp(7), ping_group_range), always without the IP header. Errors: permission_denied for
// a user outside of the groups; not_supported where the system has none.
[[nodiscard]] Result<spi::NativeSocket> open_echo(Family family);

// Binds to that address, whose port is 0. Windows receives on bound sockets alone. Errors: address_not_available.
[[nodiscard]] Result<void> bind_raw(spi::NativeSocket socket, const Endpoint& local);

// Whether the system sends this packet, which begins with its IP header, to nobody: TCP, and UDP from an address that
// is not the machine's own, on Windows ("TCP/IP Raw Sockets"). It would be lost there without a word.
[[nodiscard]] bool is_never_sent(Family family, std::span<const std::byte> packet) noexcept;

// Of a raw socket of ICMP or ICMPv6: only these types are received; none: all are. Best effort, a saving: core looks
// itself, too.
void filter_icmp(spi::NativeSocket socket, Family family, std::span<const std::uint8_t> types) noexcept;

}  // namespace pier::sys
