// Raw sockets: raw(7), ipv6(7), icmp(7).
#include "process/error.hpp"
#include "socket/address.hpp"
#include "socket/set_integer.hpp"

#include <pier/sys/socket.hpp>
#include <pier/sys/socket/details.hpp>
#include <pier/sys/socket/raw.hpp>

#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <linux/icmp.h>
#include <cerrno>

namespace pier::sys {
namespace {

using posix::Address;
using posix::descriptor_of;
using posix::fail_last;
using posix::set_integer;
using spi::NativeSocket;

Result<NativeSocket> make(Family family, int type, int protocol) {
    const int descriptor = ::socket(posix::native_family(family), type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
    if (descriptor < 0) return fail_last();
    const NativeSocket socket = posix::native_of(descriptor);
    ask_for_details(socket, family);
    return socket;
}

}  // namespace

Result<NativeSocket> open_raw(Family family, std::uint8_t protocol, bool header_included) {
    auto made = make(family, SOCK_RAW, protocol);
    if (!made || !header_included) return made;
    const int socket = descriptor_of(*made);
    const bool is_set = family == Family::ipv4 ? set_integer(socket, IPPROTO_IP, IP_HDRINCL, 1)
                                               : set_integer(socket, IPPROTO_IPV6, IPV6_HDRINCL, 1);
    if (is_set) return made;
    const Error error = posix::last_error();
    close(*made);
    return fail(error);
}

Result<NativeSocket> open_echo(Family family) {
    const bool v4 = family == Family::ipv4;
    auto made = make(family, SOCK_DGRAM, v4 ? static_cast<int>(IPPROTO_ICMP) : static_cast<int>(IPPROTO_ICMPV6));
    // A kernel without ping sockets: no such type of socket for the protocol.
    if (!made && made.error().native == EPROTONOSUPPORT) return fail(Errc::not_supported, EPROTONOSUPPORT);
    if (!made) return made;
    const int socket = descriptor_of(*made);
    const bool told =
        v4 ? set_integer(socket, IPPROTO_IP, IP_RECVERR, 1) : set_integer(socket, IPPROTO_IPV6, IPV6_RECVERR, 1);
    if (told) return made;
    const Error error = posix::last_error();
    close(*made);
    return fail(error);
}

Result<void> bind_raw(NativeSocket socket, const Endpoint& local) {
    Address address{};
    const socklen_t length = posix::to_native(local, address);
    if (::bind(descriptor_of(socket), &address.any, length) != 0) return fail_last();
    return {};
}

bool is_never_sent(Family, std::span<const std::byte>) noexcept { return false; }

void filter_icmp(NativeSocket socket, Family family, std::span<const std::uint8_t> types) noexcept {
    const int descriptor = descriptor_of(socket);
    if (family == Family::ipv4) {
        // raw(7): a bit is a type that does not come. Types from 32 on always come.
        icmp_filter filter{};
        if (!types.empty()) {
            filter.data = ~std::uint32_t{0};
            for (const std::uint8_t type : types) {
                if (type < 32) filter.data &= ~(std::uint32_t{1} << type);
            }
        }
        (void)setsockopt(descriptor, SOL_RAW, ICMP_FILTER, &filter, sizeof filter);
        return;
    }
    icmp6_filter filter;
    if (types.empty()) {
        ICMP6_FILTER_SETPASSALL(&filter);
    } else {
        ICMP6_FILTER_SETBLOCKALL(&filter);
        for (const std::uint8_t type : types) ICMP6_FILTER_SETPASS(type, &filter);
    }
    (void)setsockopt(descriptor, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof filter);
}

}  // namespace pier::sys
