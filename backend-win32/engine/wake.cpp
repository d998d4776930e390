#include "engine/wake.hpp"

#include "engine/shortage.hpp"
#include "process/error.hpp"
#include "socket/address.hpp"

#include <pier/detail/assert.hpp>
#include <pier/sys/socket.hpp>

namespace pier::win32 {
namespace {

// Connected to itself: nobody else can send to it, and a byte on its way can't get lost.
Result<spi::Accepted> open_bell(Family family) {
    auto opened = sys::open(family, spi::SocketKind::datagram);
    if (!opened) return fail(opened.error());
    spi::Accepted bell(*opened);
    auto bound = sys::bind(*opened, Endpoint::loopback(family), spi::SocketKind::datagram, {});
    if (!bound) return fail(bound.error());
    auto name = sys::local_endpoint(*opened);
    if (!name) return fail(name.error());
    Address address = to_native(*name);
    if (::connect(native(*opened), &address.raw.any, address.length) != 0) return fail(last_socket_error());
    return bell;
}

}  // namespace

Result<Wake> Wake::make() {
    auto bell = open_bell(Family::ipv4);
    if (!bell) bell = open_bell(Family::ipv6);
    if (!bell) return fail(bell.error());
    return Wake(std::move(*bell));
}

void Wake::wake() noexcept {
    if (rung_.exchange(true)) return;
    char byte = 0;
    // The only datagram of an empty queue: it is refused while the system is out of buffers, which passes. A lost wake
    // would be a hang that nobody could explain.
    while (::send(socket(), &byte, 1, 0) != 1) {
        spi::require(is_shortage(static_cast<DWORD>(::WSAGetLastError())),
                     "the system refuses for good to send to the socket that wakes a loop; has somebody closed it?");
        ::Sleep(1);
    }
}

// Who rings before the flag falls finds it up and goes: the waiter is awake, and sees what it was to be woken for.
void Wake::drain() noexcept {
    char byte[16];
    while (::recv(socket(), byte, sizeof byte, 0) > 0) {
    }
    rung_.store(false);
}

}  // namespace pier::win32
