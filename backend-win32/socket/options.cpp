#include "process/error.hpp"
#include "socket/sockets.hpp"

#include <pier/sys/socket.hpp>

namespace pier::sys {
namespace {

struct Name {
    int level;
    int option;
};

// The level of the hop limit is the family's.
Result<Name> name_of(SOCKET socket, Option option) noexcept {
    switch (option) {
        case Option::no_delay:
            return Name{IPPROTO_TCP, TCP_NODELAY};
        case Option::keep_alive:
            return Name{SOL_SOCKET, SO_KEEPALIVE};
        case Option::receive_buffer:
            return Name{SOL_SOCKET, SO_RCVBUF};
        case Option::send_buffer:
            return Name{SOL_SOCKET, SO_SNDBUF};
        case Option::broadcast:
            return Name{SOL_SOCKET, SO_BROADCAST};
        case Option::time_to_live: {
            auto protocol = win32::protocol_of(socket);
            if (!protocol) return fail(protocol.error());
            if (protocol->iAddressFamily == AF_INET6) return Name{IPPROTO_IPV6, IPV6_UNICAST_HOPS};
            return Name{IPPROTO_IP, IP_TTL};
        }
    }
    return fail(Errc::invalid_argument);
}

bool in_range(Option option, int value) noexcept {
    switch (option) {
        case Option::receive_buffer:
        case Option::send_buffer:
            return value > 0;  // 0 would turn the system's buffering off
        case Option::time_to_live:
            return value >= 1 && value <= 255;
        case Option::no_delay:
        case Option::keep_alive:
        case Option::broadcast:
            return value == 0 || value == 1;
    }
    return false;
}

}  // namespace

Result<void> set_option(NativeSocket socket, Option option, int value) {
    if (!in_range(option, value)) return fail(Errc::invalid_argument);
    auto name = name_of(win32::native(socket), option);
    if (!name) return fail(name.error());
    if (!win32::set_integer(win32::native(socket), name->level, name->option, value)) {
        return fail(win32::last_socket_error());
    }
    return {};
}

Result<int> get_option(NativeSocket socket, Option option) {
    auto name = name_of(win32::native(socket), option);
    if (!name) return fail(name.error());
    // Boolean options answer with one byte and leave the others alone (docs/behaviour.md, opt-value-width).
    int value = 0;
    int size = sizeof value;
    if (::getsockopt(win32::native(socket), name->level, name->option, reinterpret_cast<char*>(&value), &size) != 0) {
        return fail(win32::last_socket_error());
    }
    return value;
}

}  // namespace pier::sys
