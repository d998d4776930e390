// socket(7), tcp(7), ip(7), ipv6(7).
#include "process/error.hpp"
#include "socket/address.hpp"

#include <pier/sys/options.hpp>
#include <pier/sys/socket.hpp>

#include <ifaddrs.h>
// The kernel's header: glibc's netinet/tcp.h has an old tcp_info, without the bytes of retransmissions. One excludes
// the other.
#include <linux/tcp.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/time.h>
#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>

namespace pier::sys {
namespace {

using option::Id;
using posix::descriptor_of;
using posix::fail_last;

// TCP_CLOSE of netinet/tcp.h.
constexpr int closed_state = 7;

template <class T>
Result<void> set(NativeSocket socket, const NativeOption& option, const T& value) noexcept {
    if (setsockopt(descriptor_of(socket), option.level, option.number, &value, sizeof value) != 0) return fail_last();
    return {};
}

template <class T>
Result<T> get(NativeSocket socket, const NativeOption& option) noexcept {
    T value{};
    socklen_t length = sizeof value;
    if (getsockopt(descriptor_of(socket), option.level, option.number, &value, &length) != 0) return fail_last();
    return value;
}

// The family matters to options that each of the two has by itself; only of them it is asked.
Result<NativeOption> known(NativeSocket socket, Id id) noexcept {
    auto family = Family::ipv4;
    if (native_option(id, Family::ipv4).level != native_option(id, Family::ipv6).level) {
        const auto asked = family_of(socket);
        if (!asked) return fail(asked.error());
        // Of a Unix-domain socket: as the system answers for an option of another protocol.
        if (*asked == Family::ipv6) family = Family::ipv6;
    }
    const NativeOption option = native_option(id, family);
    if (option.name.empty()) return fail(Errc::not_supported);
    return option;
}

Result<void> set_timeout(NativeSocket socket, const NativeOption& option, std::int64_t milliseconds) noexcept {
    timeval time{};
    time.tv_sec = static_cast<time_t>(milliseconds / 1000);
    time.tv_usec = static_cast<suseconds_t>(milliseconds % 1000 * 1000);
    return set(socket, option, time);
}

// The system keeps an address beside the index, and tells the address alone when it is asked (ip_sockglue.c).
Result<void> set_multicast_v4(NativeSocket socket, const NativeOption& option, std::int64_t index) noexcept {
    ip_mreqn request{};
    request.imr_ifindex = static_cast<int>(index);
    ifreq named{};
    if (index != 0 && if_indextoname(static_cast<unsigned>(index), named.ifr_name) != nullptr) {
        named.ifr_addr.sa_family = AF_INET;
        if (ioctl(descriptor_of(socket), SIOCGIFADDR, &named) == 0) {
            sockaddr_in address{};
            std::memcpy(&address, &named.ifr_addr, sizeof address);
            request.imr_address = address.sin_addr;
        }
    }
    return set(socket, option, request);
}

Result<std::int64_t> get_multicast_v4(NativeSocket socket, const NativeOption& option) noexcept {
    const auto address = get<in_addr>(socket, option);
    if (!address) return fail(address.error());
    if (address->s_addr == htonl(INADDR_ANY)) return 0;
    ifaddrs* first = nullptr;
    if (getifaddrs(&first) != 0) return fail_last();
    std::int64_t index = 0;
    for (const ifaddrs* each = first; each != nullptr && index == 0; each = each->ifa_next) {
        if (each->ifa_addr == nullptr || each->ifa_addr->sa_family != AF_INET) continue;
        sockaddr_in own{};
        std::memcpy(&own, each->ifa_addr, sizeof own);
        if (own.sin_addr.s_addr == address->s_addr) index = if_nametoindex(each->ifa_name);
    }
    freeifaddrs(first);
    return index;
}

void put(sockaddr_storage& into, const Endpoint& endpoint) noexcept {
    posix::Address address{};
    const socklen_t length = posix::to_native(endpoint, address);
    std::memcpy(&into, &address, length);
}

}  // namespace

// The names as they are written here are what people are told.
#define PIER_OPTION(level, name) \
    NativeOption { #level, #name, level, name }

NativeOption native_option(Id id, Family family) noexcept {
    const bool v6 = family == Family::ipv6;
    switch (id) {
        case Id::reuse_address:
            return PIER_OPTION(SOL_SOCKET, SO_REUSEADDR);
        case Id::reuse_port:
            return PIER_OPTION(SOL_SOCKET, SO_REUSEPORT);
        case Id::keep_alive:
            return PIER_OPTION(SOL_SOCKET, SO_KEEPALIVE);
        case Id::keep_alive_idle:
            return PIER_OPTION(IPPROTO_TCP, TCP_KEEPIDLE);
        case Id::keep_alive_interval:
            return PIER_OPTION(IPPROTO_TCP, TCP_KEEPINTVL);
        case Id::keep_alive_count:
            return PIER_OPTION(IPPROTO_TCP, TCP_KEEPCNT);
        case Id::send_buffer:
            return PIER_OPTION(SOL_SOCKET, SO_SNDBUF);
        case Id::receive_buffer:
            return PIER_OPTION(SOL_SOCKET, SO_RCVBUF);
        case Id::linger:
            return PIER_OPTION(SOL_SOCKET, SO_LINGER);
        case Id::broadcast:
            return PIER_OPTION(SOL_SOCKET, SO_BROADCAST);
        case Id::error:
            return PIER_OPTION(SOL_SOCKET, SO_ERROR);
        case Id::type:
            return PIER_OPTION(SOL_SOCKET, SO_TYPE);
        case Id::accepting:
            return PIER_OPTION(SOL_SOCKET, SO_ACCEPTCONN);
        case Id::out_of_band_inline:
            return PIER_OPTION(SOL_SOCKET, SO_OOBINLINE);
        case Id::receive_timeout:
            return PIER_OPTION(SOL_SOCKET, SO_RCVTIMEO);
        case Id::send_timeout:
            return PIER_OPTION(SOL_SOCKET, SO_SNDTIMEO);
        case Id::no_delay:
            return PIER_OPTION(IPPROTO_TCP, TCP_NODELAY);
        case Id::maximum_segment:
            return PIER_OPTION(IPPROTO_TCP, TCP_MAXSEG);
        case Id::user_timeout:
            return PIER_OPTION(IPPROTO_TCP, TCP_USER_TIMEOUT);
        case Id::fast_open:
            return PIER_OPTION(IPPROTO_TCP, TCP_FASTOPEN);
        case Id::congestion:
            return PIER_OPTION(IPPROTO_TCP, TCP_CONGESTION);
        case Id::tcp_info:
            return PIER_OPTION(IPPROTO_TCP, TCP_INFO);
        case Id::time_to_live:
            return v6 ? PIER_OPTION(IPPROTO_IPV6, IPV6_UNICAST_HOPS) : PIER_OPTION(IPPROTO_IP, IP_TTL);
        case Id::type_of_service:
            return v6 ? PIER_OPTION(IPPROTO_IPV6, IPV6_TCLASS) : PIER_OPTION(IPPROTO_IP, IP_TOS);
        case Id::dont_fragment:
            return v6 ? PIER_OPTION(IPPROTO_IPV6, IPV6_MTU_DISCOVER) : PIER_OPTION(IPPROTO_IP, IP_MTU_DISCOVER);
        case Id::multicast_time_to_live:
            return v6 ? PIER_OPTION(IPPROTO_IPV6, IPV6_MULTICAST_HOPS) : PIER_OPTION(IPPROTO_IP, IP_MULTICAST_TTL);
        case Id::multicast_loop:
            return v6 ? PIER_OPTION(IPPROTO_IPV6, IPV6_MULTICAST_LOOP) : PIER_OPTION(IPPROTO_IP, IP_MULTICAST_LOOP);
        case Id::multicast_interface:
            return v6 ? PIER_OPTION(IPPROTO_IPV6, IPV6_MULTICAST_IF) : PIER_OPTION(IPPROTO_IP, IP_MULTICAST_IF);
        case Id::v6_only:
            return PIER_OPTION(IPPROTO_IPV6, IPV6_V6ONLY);
        case Id::bind_to_device:
            return PIER_OPTION(SOL_SOCKET, SO_BINDTOIFINDEX);
        case Id::packet_info:
            return v6 ? PIER_OPTION(IPPROTO_IPV6, IPV6_RECVPKTINFO) : PIER_OPTION(IPPROTO_IP, IP_PKTINFO);
    }
    return {};
}

#undef PIER_OPTION

Result<Family> family_of(NativeSocket socket) noexcept {
    int domain = AF_UNSPEC;
    socklen_t length = sizeof domain;
    if (getsockopt(descriptor_of(socket), SOL_SOCKET, SO_DOMAIN, &domain, &length) != 0) return fail_last();
    switch (domain) {
        case AF_INET:
            return Family::ipv4;
        case AF_INET6:
            return Family::ipv6;
        case AF_UNIX:
            return Family::unix_domain;
        default:
            return Family::unspecified;
    }
}

Result<void> write_number(NativeSocket socket, Id id, std::int64_t value) noexcept {
    const auto option = known(socket, id);
    if (!option) return fail(option.error());
    switch (id) {
        case Id::linger: {
            linger chosen{.l_onoff = value >= 0 ? 1 : 0,
                          .l_linger = static_cast<int>(std::max<std::int64_t>(value, 0))};
            return set(socket, *option, chosen);
        }
        case Id::receive_timeout:
        case Id::send_timeout:
            return set_timeout(socket, *option, value);
        case Id::dont_fragment:
            // "Want" is what a socket has at first: fragments, where the path's limit is known and exceeded.
            return set(socket, *option, value != 0 ? IP_PMTUDISC_DO : IP_PMTUDISC_WANT);
        case Id::multicast_interface:
            if (option->level == IPPROTO_IP) return set_multicast_v4(socket, *option, value);
            break;
        default:
            break;
    }
    return set(socket, *option, static_cast<int>(value));
}

Result<std::int64_t> read_number(NativeSocket socket, Id id) noexcept {
    const auto option = known(socket, id);
    if (!option) return fail(option.error());
    switch (id) {
        case Id::linger: {
            const auto chosen = get<linger>(socket, *option);
            if (!chosen) return fail(chosen.error());
            return chosen->l_onoff != 0 ? chosen->l_linger : -1;
        }
        case Id::receive_timeout:
        case Id::send_timeout: {
            const auto time = get<timeval>(socket, *option);
            if (!time) return fail(time.error());
            return std::int64_t{time->tv_sec} * 1000 + (time->tv_usec + 999) / 1000;
        }
        case Id::multicast_interface:
            if (option->level == IPPROTO_IP) return get_multicast_v4(socket, *option);
            break;
        default:
            break;
    }
    const auto value = get<int>(socket, *option);
    if (!value) return fail(value.error());
    switch (id) {
        // socket(7): the kernel doubles the size that was asked for, to have room for its bookkeeping.
        case Id::send_buffer:
        case Id::receive_buffer:
            return *value / 2;
        case Id::type:
            return static_cast<int>(*value == SOCK_DGRAM ? option::SocketType::datagram : option::SocketType::stream);
        case Id::dont_fragment:
            return *value == IP_PMTUDISC_DO || *value == IP_PMTUDISC_PROBE ? 1 : 0;
        default:
            return *value;
    }
}

Result<std::string> read_text(NativeSocket socket, Id id) {
    const auto option = known(socket, id);
    if (!option) return fail(option.error());
    char text[64];
    socklen_t length = sizeof text;
    if (getsockopt(descriptor_of(socket), option->level, option->number, text, &length) != 0) return fail_last();
    return std::string(text, strnlen(text, std::min<std::size_t>(length, sizeof text)));
}

Result<void> write_text(NativeSocket socket, Id id, std::string_view value) {
    const auto option = known(socket, id);
    if (!option) return fail(option.error());
    const auto length = static_cast<socklen_t>(value.size());
    if (setsockopt(descriptor_of(socket), option->level, option->number, value.data(), length) == 0) return {};
    if (errno == ENOENT) return fail(Errc::name_not_found, ENOENT);
    return fail_last();
}

Result<Error> take_error(NativeSocket socket) noexcept {
    const auto number = get<int>(socket, native_option(Id::error, Family::ipv4));
    if (!number) return fail(number.error());
    return posix::translate(*number);
}

Result<option::TcpInfo> read_tcp_info(NativeSocket socket) noexcept {
    const auto info = get<::tcp_info>(socket, native_option(Id::tcp_info, Family::ipv4));
    if (!info) return fail(info.error());
    // Before there is a connection all of it is made up.
    if (info->tcpi_state == closed_state) return fail(Errc::not_connected);
    return option::TcpInfo{
        .round_trip = std::chrono::microseconds(info->tcpi_rtt),
        .retransmitted_bytes = info->tcpi_bytes_retrans,
        .congestion_window = std::uint64_t{info->tcpi_snd_cwnd} * info->tcpi_snd_mss,
        .maximum_segment = info->tcpi_snd_mss,
    };
}

// RFC 3678, 5.1: the same two requests for both families.
Result<void> change_membership(NativeSocket socket, Membership what, const Endpoint& group, const Endpoint* source,
                               std::uint32_t interface_index) noexcept {
    const bool joins = what == Membership::join;
    const int level = group.family() == Family::ipv6 ? IPPROTO_IPV6 : IPPROTO_IP;
    if (source == nullptr) {
        group_req request{};
        request.gr_interface = interface_index;
        put(request.gr_group, group);
        return set(socket, NativeOption{{}, {}, level, joins ? MCAST_JOIN_GROUP : MCAST_LEAVE_GROUP}, request);
    }
    group_source_req request{};
    request.gsr_interface = interface_index;
    put(request.gsr_group, group);
    put(request.gsr_source, *source);
    return set(socket, NativeOption{{}, {}, level, joins ? MCAST_JOIN_SOURCE_GROUP : MCAST_LEAVE_SOURCE_GROUP},
               request);
}

}  // namespace pier::sys
