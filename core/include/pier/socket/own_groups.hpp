// Datagrams of groups that other sockets of this machine have joined.
#pragma once

#include <pier/datagram.hpp>
#include <pier/result.hpp>

namespace pier {

namespace sys {

// Of a datagram socket. Resolved by the linker: exactly one backend defines it. Any thread, without a block. Errors:
// what the system says.
[[nodiscard]] Result<void> receive_own_groups_alone(spi::NativeSocket socket) noexcept;

}  // namespace sys

// From now on the socket receives those multicast datagrams alone for which it has a membership itself (<pier/socket/
// groups.hpp>): of that group, on that interface. On Windows it is never otherwise. On Linux a socket receives besides
// what any socket of the machine has joined, on whichever interface (ip(7), IP_MULTICAST_ALL; for IPv6 since
// Linux 4.20, before which this is no_protocol_option). What is sent to this host alone is received as before. On the
// thread of the socket's loop. Errors: not_connected when nothing is held; no_protocol_option.
[[nodiscard]] inline Result<void> receive_own_groups_alone(const Datagram& socket) noexcept {
    if (!socket.valid()) return fail(Errc::not_connected);
    return sys::receive_own_groups_alone(socket.native_handle());
}

}  // namespace pier
