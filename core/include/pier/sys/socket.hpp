// Sockets: opening, naming, options, closing. Every socket that passes here is non-blocking and not inherited by child
// processes.
// Resolved by the linker: exactly one backend defines it. Any thread may call it unless it says otherwise, and it
// doesn't block unless it says so. Errors are Pier's conditions with the system's number.
#pragma once

#include <pier/endpoint.hpp>
#include <pier/result.hpp>
#include <pier/spi/socket.hpp>

namespace pier::sys {

using spi::NativeSocket;

// Before anything else here; may be called again. WSAStartup is called once and never undone, because other threads may
// still hold sockets. On POSIX each call opens /dev/null for a standard stream that is closed, so that no socket gets
// its number. Errors: not_supported.
[[nodiscard]] Result<void> start_up();

// A new socket. TCP streams come with TCP_NODELAY. On Windows it is an overlapped one, with SIO_UDP_CONNRESET and
// SIO_UDP_NETRESET off for datagrams. Errors: too_many_files_open, no_buffer_space, address_family_not_supported,
// permission_denied.
[[nodiscard]] Result<NativeSocket> open(Family family, spi::SocketKind kind);

struct BindOptions {
    bool share_port = false;     // SO_REUSEPORT with load balancing; not_supported where the system has none
    bool share_address = false;  // SO_REUSEADDR, of a datagram socket
    bool dual_stack = false;     // an IPv6 socket takes IPv4 too; without it IPV6_V6ONLY is set on every system
};
// Listeners get SO_REUSEADDR on POSIX (restart in spite of TIME_WAIT) and SO_EXCLUSIVEADDRUSE on Windows (no
// hijacking). Errors: address_in_use (also for WSAEACCES from a conflicting exclusive bind), address_not_available,
// permission_denied. A Unix-domain path: a socket that refuses connections is replaced, whatever else is there is
// address_in_use; without a name, and not for a listener, the system chooses an abstract one where it can.
[[nodiscard]] Result<void> bind(NativeSocket socket, const Endpoint& endpoint, spi::SocketKind kind,
                                BindOptions options);

struct ListenOptions {
    int backlog = 4096;                // the system clamps it
    bool client_speaks_first = false;  // TCP_DEFER_ACCEPT where there is one
};
[[nodiscard]] Result<void> listen(NativeSocket socket, ListenOptions options);

// Others that bind with share_port may join this socket, which was bound without it and listens already: so nobody
// listened there before. not_supported where the system has none.
[[nodiscard]] Result<void> share_port(NativeSocket socket);

// Whether BindOptions::share_port works on this system.
[[nodiscard]] bool can_share_port() noexcept;

// An unbound socket answers "unspecified". Errors: not_connected for the peer.
[[nodiscard]] Result<Endpoint> local_endpoint(NativeSocket socket);
[[nodiscard]] Result<Endpoint> peer_endpoint(NativeSocket socket);

// Ends the sending direction (FIN). Success also when the connection is already gone in both directions.
[[nodiscard]] Result<void> shutdown_send(NativeSocket socket);

// Never blocks, never fails: there is nothing that a caller could do. no_socket is ignored.
void close(NativeSocket socket) noexcept;
// The next close sends RST and drops what is queued (SO_LINGER 0).
[[nodiscard]] Result<void> reset_on_close(NativeSocket socket);

// Sets the only peer of a datagram socket, at once, and lets the socket report "port unreachable" as
// connection_refused. An unspecified address means the loopback one. Errors: network_unreachable, invalid_argument.
[[nodiscard]] Result<void> connect_datagram(NativeSocket socket, const Endpoint& peer);

}  // namespace pier::sys
