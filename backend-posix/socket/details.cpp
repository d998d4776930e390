// Packets with what their headers say: ip(7), ipv6(7), RFC 3542.
#include "process/error.hpp"
#include "process/uninterrupted.hpp"
#include "socket/address.hpp"
#include "socket/set_integer.hpp"

#include <pier/sys/socket/details.hpp>

#include <netinet/in.h>
#include <sys/socket.h>
#include <time.h>

#include <linux/errqueue.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace pier::sys {
namespace {

using posix::Address;
using posix::descriptor_of;
using posix::fail_last;
using posix::set_integer;
using spi::NativeSocket;

// All control messages of a packet, and of an error with the address of who says so.
struct alignas(cmsghdr) Control {
    char bytes[CMSG_SPACE(sizeof(timespec)) + 2 * CMSG_SPACE(sizeof(in6_pktinfo)) + 4 * CMSG_SPACE(sizeof(int)) +
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

IcmpFailure failure_of(const cmsghdr& control) noexcept {
    const auto told = value_of<sock_extended_err>(control);
    IcmpFailure failure{.type = told.ee_type, .code = told.ee_code, .mtu = 0, .from = {}};
    if (told.ee_errno == EMSGSIZE) failure.mtu = told.ee_info;
    // ip(7), IP_RECVERR: the offender's address follows, of family AF_UNSPEC where it is not known.
    Address address{};
    const std::size_t rest = control.cmsg_len - CMSG_LEN(sizeof told);
    std::memcpy(&address, CMSG_DATA(&control) + sizeof told, std::min(rest, sizeof address));
    if (told.ee_origin != SO_EE_ORIGIN_LOCAL) {
        failure.from = posix::from_native(address, static_cast<socklen_t>(std::min(rest, sizeof address))).with_port(0);
    }
    return failure;
}

void fill_v4(const cmsghdr& control, DetailedArrival& arrival) noexcept {
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

void fill_v6(const cmsghdr& control, DetailedArrival& arrival) noexcept {
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

void fill(msghdr& message, DetailedArrival& arrival) noexcept {
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

bool take(int socket, DetailedArrival& arrival, int flags) noexcept {
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
    const ssize_t count = posix::uninterrupted([&] { return recvmsg(socket, &message, MSG_DONTWAIT | flags); });
    if (count < 0) return false;
    arrival.size = static_cast<std::size_t>(count);
    arrival.truncated = (message.msg_flags & MSG_TRUNC) != 0;
    arrival.from = posix::from_native(address, message.msg_namelen);
    fill(message, arrival);
    return true;
}

// What is to be told to the system of a packet: one of the two.
struct alignas(cmsghdr) SourceControl {
    char bytes[CMSG_SPACE(sizeof(in6_pktinfo))];
};

template <class Info>
void put_source(msghdr& message, SourceControl& control, int level, int type, const Info& info) noexcept {
    message.msg_control = control.bytes;
    message.msg_controllen = CMSG_SPACE(sizeof info);
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = level;
    header->cmsg_type = type;
    header->cmsg_len = CMSG_LEN(sizeof info);
    std::memcpy(CMSG_DATA(header), &info, sizeof info);
}

void put_source(msghdr& message, SourceControl& control, const PacketSource& source, Family family) noexcept {
    const Endpoint::V6& address = source.address.v6_bytes();
    if (family == Family::ipv4) {
        in_pktinfo info{};
        std::memcpy(&info.ipi_spec_dst, address.data(), sizeof info.ipi_spec_dst);
        info.ipi_ifindex = static_cast<int>(source.interface_index);
        put_source(message, control, IPPROTO_IP, IP_PKTINFO, info);
    } else {
        in6_pktinfo info{};
        std::memcpy(&info.ipi6_addr, address.data(), sizeof info.ipi6_addr);
        info.ipi6_ifindex = source.interface_index != 0 ? source.interface_index : source.address.scope();
        put_source(message, control, IPPROTO_IPV6, IPV6_PKTINFO, info);
    }
}

}  // namespace

// Best effort: a kernel that lacks one of them leaves its field empty.
void ask_for_details(NativeSocket native, Family family) noexcept {
    const int socket = descriptor_of(native);
    (void)set_integer(socket, SOL_SOCKET, SO_TIMESTAMPNS, 1);
    // Also on a socket of IPv6, of which it holds for the IPv4 that a dual-stack one receives.
    (void)set_integer(socket, IPPROTO_IP, IP_RECVTTL, 1);
    (void)set_integer(socket, IPPROTO_IP, IP_RECVTOS, 1);
    if (family == Family::ipv4) {
        (void)set_integer(socket, IPPROTO_IP, IP_PKTINFO, 1);
    } else {
        (void)set_integer(socket, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
        (void)set_integer(socket, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
        (void)set_integer(socket, IPPROTO_IPV6, IPV6_RECVTCLASS, 1);
    }
}

Result<void> receive_detailed(NativeSocket socket, Family, DetailedArrival& arrival) noexcept {
    if (take(descriptor_of(socket), arrival, 0)) return {};
    if (errno == EAGAIN || errno == EWOULDBLOCK) return fail(Errc::operation_would_block, errno);
    return fail_last();
}

bool take_failure(NativeSocket socket, DetailedArrival& arrival) noexcept {
    if (!take(descriptor_of(socket), arrival, MSG_ERRQUEUE)) return false;
    // The address of the message is the one that the packet was for.
    arrival.to = std::move(arrival.from);
    if (arrival.failure) arrival.from = arrival.failure->from;
    return true;
}

Result<void> send_from(NativeSocket socket, std::span<const std::byte> packet, const Endpoint& to,
                       const PacketSource& source) noexcept {
    Address address{};
    SourceControl control{};
    iovec piece{const_cast<std::byte*>(packet.data()), packet.size()};
    msghdr message{};
    message.msg_name = &address;
    message.msg_namelen = posix::to_native(to, address);
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    if (source.address.family() != Family::unspecified || source.interface_index != 0) {
        put_source(message, control, source, to.family());
    }
    const int number = descriptor_of(socket);
    const ssize_t count = posix::uninterrupted([&] { return sendmsg(number, &message, MSG_NOSIGNAL | MSG_DONTWAIT); });
    if (count >= 0) return {};
    if (errno == EAGAIN || errno == EWOULDBLOCK) return fail(Errc::operation_would_block, errno);
    // What the kernel says of a source that is no address of this machine (net/ipv4/udp.c, net/ipv6/datagram.c).
    const bool is_of_source = source.address.family() != Family::unspecified && errno == EINVAL;
    if (is_of_source) return fail(Errc::address_not_available, errno);
    return fail_last();
}

}  // namespace pier::sys
