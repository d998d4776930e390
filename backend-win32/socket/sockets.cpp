// Sockets from open to close, without what transfers data.
#include "socket/sockets.hpp"
#include "process/error.hpp"
#include "socket/address.hpp"
#include "socket/unix_socket.hpp"

#include <pier/sys/socket.hpp>

#include <algorithm>
#include <mutex>

namespace pier::win32 {
namespace {

// A provider that doesn't know the ioctl has nothing to report.
void set_report(SOCKET socket, DWORD code, BOOL on) noexcept {
    DWORD size = 0;
    (void)::WSAIoctl(socket, code, &on, sizeof on, nullptr, 0, &size, nullptr, nullptr);
}

// A port that answers "unreachable", or a time to live that ran out, must not end the next receive of a socket that
// talks to many peers (docs/behaviour.md, icmp-unreachable-unconnected).
void report_nothing(SOCKET socket) noexcept {
    set_report(socket, static_cast<DWORD>(SIO_UDP_CONNRESET), FALSE);
    set_report(socket, udp_netreset_code, FALSE);
}

}  // namespace

Result<SOCKET> open_socket(Family family, spi::SocketKind kind) noexcept {
    bool datagram = kind == spi::SocketKind::datagram;
    const bool local = family == Family::unix_domain;
    if (family == Family::unspecified) return fail(Errc::invalid_argument);
    // "AF_UNIX comes to Windows": streams alone.
    if (local && datagram) return fail(Errc::address_family_not_supported);
    const int protocol = local ? 0 : datagram ? IPPROTO_UDP : IPPROTO_TCP;
    SOCKET socket = ::WSASocketW(native_family(family), datagram ? SOCK_DGRAM : SOCK_STREAM, protocol, nullptr, 0,
                                 WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
    if (socket == INVALID_SOCKET) return fail(last_socket_error());
    return socket;
}

Result<void> set_non_blocking(SOCKET socket) noexcept {
    u_long on = 1;
    if (::ioctlsocket(socket, static_cast<long>(FIONBIO), &on) != 0) return fail(last_socket_error());
    return {};
}

// Neither the mode nor TCP_NODELAY of the listener can be relied on to be inherited, nor not to be.
void send_without_delay(SOCKET socket) noexcept { (void)set_integer(socket, IPPROTO_TCP, TCP_NODELAY, 1); }

Result<void> prepare_accepted(SOCKET socket) noexcept {
    send_without_delay(socket);
    return set_non_blocking(socket);
}

Endpoint peer_of(SOCKET socket) noexcept {
    RawAddress raw{};
    int length = sizeof raw;
    return ::getpeername(socket, &raw.any, &length) == 0 ? from_native(&raw.any, length) : Endpoint{};
}

// SO_CONNECT_TIME: the seconds since the connection was made, and this number while there is none.
bool may_be_connecting(SOCKET socket) noexcept {
    constexpr DWORD not_connected = 0xFFFFFFFF;
    DWORD seconds = 0;
    int size = sizeof seconds;
    if (::getsockopt(socket, SOL_SOCKET, SO_CONNECT_TIME, reinterpret_cast<char*>(&seconds), &size) != 0) return false;
    return seconds == not_connected;
}

Result<WSAPROTOCOL_INFOW> protocol_of(SOCKET socket) noexcept {
    WSAPROTOCOL_INFOW info{};
    int size = sizeof info;
    if (::getsockopt(socket, SOL_SOCKET, SO_PROTOCOL_INFOW, reinterpret_cast<char*>(&info), &size) != 0) {
        return fail(last_socket_error());
    }
    return info;
}

}  // namespace pier::win32

namespace pier::sys {

using namespace win32;
using spi::SocketKind;

Result<void> start_up() {
    static std::once_flag once;
    static int code = 0;
    std::call_once(once, [] {
        WSADATA data;
        code = ::WSAStartup(MAKEWORD(2, 2), &data);
    });
    if (code != 0) return fail(Errc::not_supported, code);
    return {};
}

Result<NativeSocket> open(Family family, SocketKind kind) {
    auto opened = open_socket(family, kind);
    if (!opened) return fail(opened.error());
    if (auto set = set_non_blocking(*opened); !set) {
        ::closesocket(*opened);
        return fail(set.error());
    }
    if (kind == SocketKind::datagram) {
        report_nothing(*opened);
    } else if (kind == SocketKind::stream && family != Family::unix_domain &&
               !set_integer(*opened, IPPROTO_TCP, TCP_NODELAY, 1)) {
        Error error = last_socket_error();
        ::closesocket(*opened);
        return fail(error);
    }
    return neutral(*opened);
}

Result<void> bind(NativeSocket socket, const Endpoint& endpoint, SocketKind kind, BindOptions options) {
    if (options.share_port) return fail(Errc::not_supported, WSAEOPNOTSUPP);
    SOCKET s = native(socket);
    if (endpoint.is_unix()) return bind_unix(s, endpoint);
    // Without it another program may bind the port of a live listener with SO_REUSEADDR and take its connections
    // ("Using SO_REUSEADDR and SO_EXCLUSIVEADDRUSE"). The price is in the same text: while a connection that was
    // accepted on the port is still active, the port stays refused.
    if (kind == SocketKind::listener && !set_integer(s, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, 1)) {
        return fail(last_socket_error());
    }
    if (options.share_address && !set_integer(s, SOL_SOCKET, SO_REUSEADDR, 1)) return fail(last_socket_error());
    if (endpoint.family() == Family::ipv6 && !set_integer(s, IPPROTO_IPV6, IPV6_V6ONLY, options.dual_stack ? 0 : 1)) {
        return fail(last_socket_error());
    }
    Address address = to_native(endpoint);
    if (address.length == 0) return fail(Errc::invalid_argument);
    if (::bind(s, &address.raw.any, address.length) != 0) return fail(last_socket_error(During::bind));
    return {};
}

Result<void> listen(NativeSocket socket, ListenOptions options) {
    if (options.backlog < 0) return fail(Errc::invalid_argument);
    // More than 200 has to be asked for as SOMAXCONN_HINT, which is the negative number (the documentation of listen);
    // mingw-w64's headers lack the macro.
    int backlog = options.backlog <= 200 ? options.backlog : -std::min(options.backlog, 65535);
    if (::listen(native(socket), backlog) != 0) return fail(last_socket_error());
    return {};
}

// SO_REUSEADDR lets two sockets listen on one port here, but which of them gets a connection is undefined.
Result<void> share_port(NativeSocket) { return fail(Errc::not_supported, WSAEOPNOTSUPP); }

bool can_share_port() noexcept { return false; }

Result<Endpoint> local_endpoint(NativeSocket socket) {
    RawAddress raw{};
    int length = sizeof raw;
    if (::getsockname(native(socket), &raw.any, &length) == 0) return from_native(&raw.any, length);
    int code = ::WSAGetLastError();
    if (code == WSAEINVAL) return Endpoint{};  // not bound yet
    return fail(translate(static_cast<DWORD>(code)));
}

Result<Endpoint> peer_endpoint(NativeSocket socket) {
    RawAddress raw{};
    int length = sizeof raw;
    if (::getpeername(native(socket), &raw.any, &length) != 0) return fail(last_socket_error());
    return from_native(&raw.any, length);
}

Result<void> connect_datagram(NativeSocket socket, const Endpoint& peer) {
    auto target = connect_target(peer);
    if (!target) return fail(target.error());
    Address to = to_native(*target);
    if (::connect(native(socket), &to.raw.any, to.length) != 0) return fail(last_socket_error(During::connect));
    // There is only one port that it can tell of.
    set_report(native(socket), static_cast<DWORD>(SIO_UDP_CONNRESET), TRUE);
    return {};
}

Result<void> shutdown_send(NativeSocket socket) {
    if (::shutdown(native(socket), SD_SEND) == 0) return {};
    int code = ::WSAGetLastError();
    switch (code) {
        case WSAENOTCONN:
        case WSAESHUTDOWN:
        case WSAECONNRESET:
        case WSAECONNABORTED:
            return {};  // ended already, one way or the other
        default:
            return fail(translate(static_cast<DWORD>(code), During::send));
    }
}

void close(NativeSocket socket) noexcept {
    if (socket == spi::no_socket || ::closesocket(native(socket)) == 0) return;
    // It refuses with a linger time (option::linger) on a non-blocking socket that has something to send, and the
    // socket stays open. Without the time the system sends on by itself.
    linger off{};
    (void)::setsockopt(native(socket), SOL_SOCKET, SO_LINGER, reinterpret_cast<const char*>(&off), sizeof off);
    (void)::closesocket(native(socket));
}

Result<void> reset_on_close(NativeSocket socket) {
    linger abort{.l_onoff = 1, .l_linger = 0};
    if (::setsockopt(native(socket), SOL_SOCKET, SO_LINGER, reinterpret_cast<const char*>(&abort), sizeof abort) != 0) {
        return fail(last_socket_error());
    }
    return {};
}

}  // namespace pier::sys
