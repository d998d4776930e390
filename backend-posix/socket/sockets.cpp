// Opening, naming, configuring and closing sockets.
#include "process/error.hpp"
#include "socket/address.hpp"
#include "socket/unix_socket.hpp"

#include <pier/sys/socket.hpp>

#include <netinet/tcp.h>
#include <unistd.h>

namespace pier::sys {
namespace {

using posix::Address;
using posix::descriptor_of;
using posix::fail_last;
using spi::SocketKind;

Result<void> set(NativeSocket socket, int level, int name, int value) {
    if (setsockopt(descriptor_of(socket), level, name, &value, sizeof value) != 0) return fail_last();
    return {};
}

template <class Ask>
Result<Endpoint> name_of(NativeSocket socket, Ask ask) {
    Address address{};
    socklen_t length = sizeof address;
    if (ask(descriptor_of(socket), &address.any, &length) != 0) return fail_last();
    return posix::from_native(address, length);
}

}  // namespace

Result<NativeSocket> open(Family family, SocketKind kind) {
    const int domain = posix::native_family(family);
    if (family == Family::unspecified) return fail(Errc::invalid_argument);
    int type = kind == SocketKind::datagram ? SOCK_DGRAM : SOCK_STREAM;
    int descriptor = ::socket(domain, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return fail_last();
    NativeSocket socket = posix::native_of(descriptor);
    // Accepted sockets inherit it from their listener (Linux, measured), which saves a call for each.
    if (kind != SocketKind::datagram && domain != AF_UNIX) {
        if (auto done = set(socket, IPPROTO_TCP, TCP_NODELAY, 1); !done) {
            close(socket);
            return fail(done.error());
        }
    }
    return socket;
}

Result<void> bind(NativeSocket socket, const Endpoint& endpoint, SocketKind kind, BindOptions options) {
    if (endpoint.is_unix()) return posix::bind_unix(descriptor_of(socket), endpoint);
    if (kind == SocketKind::listener || options.share_address) {
        // Without it on the first listener, its server can't be started again while old connections are in TIME_WAIT.
        if (auto done = set(socket, SOL_SOCKET, SO_REUSEADDR, 1); !done) return done;
    }
    if (options.share_port) {
        if (auto done = set(socket, SOL_SOCKET, SO_REUSEPORT, 1); !done) return done;
    }
    if (endpoint.family() == Family::ipv6) {
        if (auto done = set(socket, IPPROTO_IPV6, IPV6_V6ONLY, options.dual_stack ? 0 : 1); !done) return done;
    }
    Address address;
    socklen_t length = posix::to_native(endpoint, address);
    if (::bind(descriptor_of(socket), &address.any, length) != 0) return fail_last();
    return {};
}

Result<void> listen(NativeSocket socket, ListenOptions options) {
    if (options.client_speaks_first) {
        // Seconds until a silent client is handed over all the same. Only an optimisation: failing is fine.
        (void)set(socket, IPPROTO_TCP, TCP_DEFER_ACCEPT, 5);
    }
    if (::listen(descriptor_of(socket), options.backlog) != 0) return fail_last();
    return {};
}

// Linux looks at the option of each socket when another one binds (measured; since 4.6 also when it is set after
// listen).
Result<void> share_port(NativeSocket socket) { return set(socket, SOL_SOCKET, SO_REUSEPORT, 1); }

bool can_share_port() noexcept { return true; }

Result<Endpoint> local_endpoint(NativeSocket socket) { return name_of(socket, getsockname); }
Result<Endpoint> peer_endpoint(NativeSocket socket) { return name_of(socket, getpeername); }

Result<void> connect_datagram(NativeSocket socket, const Endpoint& peer) {
    Address address;
    socklen_t length = posix::to_native(peer.reached(), address);
    if (length == 0) return fail(Errc::invalid_argument);
    if (connect(descriptor_of(socket), &address.any, length) != 0) return fail_last();
    return {};
}

Result<void> shutdown_send(NativeSocket socket) {
    if (shutdown(descriptor_of(socket), SHUT_WR) == 0) return {};
    Error error = posix::last_error();
    // Both ends have finished already (or the peer has reset): there is nothing left to end.
    if (error == Errc::not_connected) return {};
    return fail(error);
}

void close(NativeSocket socket) noexcept {
    // EINTR included, Linux has freed the number when it returns: trying again could close somebody else's.
    if (socket != spi::no_socket) ::close(descriptor_of(socket));
}

Result<void> reset_on_close(NativeSocket socket) {
    linger now{.l_onoff = 1, .l_linger = 0};
    if (setsockopt(descriptor_of(socket), SOL_SOCKET, SO_LINGER, &now, sizeof now) != 0) return fail_last();
    return {};
}

}  // namespace pier::sys
