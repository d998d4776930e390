// Raw sockets: raw(7), ipv6(7), icmp(7), RFC 3542.
#include "process/error.hpp"
#include "socket/address.hpp"

#include <pier/sys/socket.hpp>
#include <pier/sys/socket/raw.hpp>

#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <time.h>

#include <linux/errqueue.h>
#include <linux/icmp.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace pier::sys {
namespace {

using posix::Address;
using posix::descriptor_of;
using posix::fail_last;

bool set(int socket, int level, int name, int value) noexcept {
    return setsockopt(socket, level, name, &value, sizeof value) == 0;
}

// What is told of each packet. Best effort: a kernel that lacks one of them leaves its field empty.
void ask_for_details(int socket, Family family) noexcept {
    (void)set(socket, SOL_SOCKET, SO_TIMESTAMPNS, 1);
    if (family == Family::ipv4) {
        (void)set(socket, IPPROTO_IP, IP_PKTINFO, 1);
        (void)set(socket, IPPROTO_IP, IP_RECVTTL, 1);
        (void)set(socket, IPPROTO_IP, IP_RECVTOS, 1);
    } else {
        (void)set(socket, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
        (void)set(socket, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
        (void)set(socket, IPPROTO_IPV6, IPV6_RECVTCLASS, 1);
    }
}

Result<NativeSocket> make(Family family, int type, int protocol) {
    const int descriptor = ::socket(posix::native_family(family), type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
    if (descriptor < 0) return fail_last();
    ask_for_details(descriptor, family);
    return posix::native_of(descriptor);
}

// All control messages of a packet, and of an error with the address of who says so.
struct alignas(cmsghdr) Control {
    char bytes[CMSG_SPACE(sizeof(timespec)) + CMSG_SPACE(sizeof(in6_pktinfo)) + 2 * CMSG_SPACE(sizeof(int)) +
               CMSG_SPACE(sizeof(sock_extended_err) + sizeof(sockaddr_in6))];
};

template <class T>
T value_of(const cmsghdr& control) noexcept {
    T value{};
    std::memcpy(&value, CMSG_DATA(&control), std::min(sizeof value, control.cmsg_len - CMSG_LEN(0)));
    return value;
}

// The kernel gives the type of service as one byte, the traffic class and the hop limits as an int.
std::uint8_t byte_of(const cmsghdr& control) noexcept {
    if (control.cmsg_len - CMSG_LEN(0) < sizeof(int)) return value_of<std::uint8_t>(control);
    return static_cast<std::uint8_t>(value_of<int>(control));
}

Endpoint without_port(const Endpoint& endpoint) noexcept { return endpoint.with_port(0); }

IcmpFailure failure_of(const cmsghdr& control) noexcept {
    const auto told = value_of<sock_extended_err>(control);
    IcmpFailure failure{.type = told.ee_type, .code = told.ee_code, .mtu = 0, .from = {}};
    if (told.ee_errno == EMSGSIZE) failure.mtu = told.ee_info;
    // ip(7), IP_RECVERR: the offender's address follows, of family AF_UNSPEC where it is not known.
    Address address{};
    const std::size_t rest = control.cmsg_len - CMSG_LEN(sizeof told);
    std::memcpy(&address, CMSG_DATA(&control) + sizeof told, std::min(rest, sizeof address));
    if (told.ee_origin != SO_EE_ORIGIN_LOCAL) {
        failure.from =
            without_port(posix::from_native(address, static_cast<socklen_t>(std::min(rest, sizeof address))));
    }
    return failure;
}

void fill_v4(const cmsghdr& control, RawArrival& arrival) noexcept {
    if (control.cmsg_type == IP_PKTINFO) {
        const auto info = value_of<in_pktinfo>(control);
        Endpoint::V4 address{};
        std::memcpy(address.data(), &info.ipi_addr, address.size());
        arrival.to = Endpoint::v4(address, 0);
        arrival.interface_index = static_cast<std::uint32_t>(info.ipi_ifindex);
    } else if (control.cmsg_type == IP_TTL) {
        arrival.hop_limit = byte_of(control);
    } else if (control.cmsg_type == IP_TOS) {
        arrival.traffic_class = byte_of(control);
    } else if (control.cmsg_type == IP_RECVERR) {
        arrival.failure = failure_of(control);
    }
}

void fill_v6(const cmsghdr& control, RawArrival& arrival) noexcept {
    if (control.cmsg_type == IPV6_PKTINFO) {
        const auto info = value_of<in6_pktinfo>(control);
        Endpoint::V6 address{};
        std::memcpy(address.data(), &info.ipi6_addr, address.size());
        arrival.to = Endpoint::v6(address, 0, IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr) ? info.ipi6_ifindex : 0);
        arrival.interface_index = info.ipi6_ifindex;
    } else if (control.cmsg_type == IPV6_HOPLIMIT) {
        arrival.hop_limit = byte_of(control);
    } else if (control.cmsg_type == IPV6_TCLASS) {
        arrival.traffic_class = byte_of(control);
    } else if (control.cmsg_type == IPV6_RECVERR) {
        arrival.failure = failure_of(control);
    }
}

void fill(msghdr& message, RawArrival& arrival) noexcept {
    for (cmsghdr* control = CMSG_FIRSTHDR(&message); control != nullptr; control = CMSG_NXTHDR(&message, control)) {
        if (control->cmsg_level == SOL_SOCKET && control->cmsg_type == SO_TIMESTAMPNS) {
            const auto time = value_of<timespec>(*control);
            arrival.since_epoch = std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
        } else if (control->cmsg_level == IPPROTO_IP) {
            fill_v4(*control, arrival);
        } else if (control->cmsg_level == IPPROTO_IPV6) {
            fill_v6(*control, arrival);
        }
    }
}

bool take(int socket, RawArrival& arrival, int flags) noexcept {
    Address address{};
    Control control;
    iovec piece{arrival.room.data(), arrival.room.size()};
    msghdr message{};
    message.msg_name = &address;
    message.msg_namelen = sizeof address;
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = control.bytes;
    message.msg_controllen = sizeof control.bytes;
    ssize_t count = 0;
    do {
        count = recvmsg(socket, &message, MSG_DONTWAIT | flags);
    } while (count < 0 && errno == EINTR);
    if (count < 0) return false;
    arrival.size = static_cast<std::size_t>(count);
    arrival.truncated = (message.msg_flags & MSG_TRUNC) != 0;
    arrival.from = without_port(posix::from_native(address, message.msg_namelen));
    fill(message, arrival);
    return true;
}

}  // namespace

Result<NativeSocket> open_raw(Family family, std::uint8_t protocol, bool header_included) {
    auto made = make(family, SOCK_RAW, protocol);
    if (!made || !header_included) return made;
    const int socket = descriptor_of(*made);
    const bool is_set =
        family == Family::ipv4 ? set(socket, IPPROTO_IP, IP_HDRINCL, 1) : set(socket, IPPROTO_IPV6, IPV6_HDRINCL, 1);
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
    const bool told = v4 ? set(socket, IPPROTO_IP, IP_RECVERR, 1) : set(socket, IPPROTO_IPV6, IPV6_RECVERR, 1);
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

Result<void> receive_raw(NativeSocket socket, RawKind kind, RawArrival& arrival) noexcept {
    if (take(descriptor_of(socket), arrival, 0)) return {};
    const int number = errno;
    // A ping socket queues errors, where a raw one receives packets of ICMP.
    if (kind.is_echo && take(descriptor_of(socket), arrival, MSG_ERRQUEUE)) {
        // The address of an error is the one that the packet was for.
        arrival.to = std::move(arrival.from);
        if (arrival.failure) arrival.from = arrival.failure->from;
        return {};
    }
    if (number == EAGAIN || number == EWOULDBLOCK) return fail(Errc::operation_would_block, number);
    return fail(posix::translate(number));
}

Result<void> send_raw(NativeSocket socket, RawKind, std::span<const std::byte> packet, const Endpoint& to) noexcept {
    Address address{};
    // An IPv6 raw socket takes the port for a protocol: EINVAL where it is another one than its own (ipv6(7)).
    const socklen_t length = posix::to_native(to.with_port(0), address);
    ssize_t count = 0;
    do {
        count = sendto(descriptor_of(socket), packet.data(), packet.size(), MSG_NOSIGNAL | MSG_DONTWAIT, &address.any,
                       length);
    } while (count < 0 && errno == EINTR);
    if (count >= 0) return {};
    if (errno == EAGAIN || errno == EWOULDBLOCK) return fail(Errc::operation_would_block, errno);
    return fail_last();
}

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
