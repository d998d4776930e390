// Microsoft: "SOL_SOCKET Socket Options", "IPPROTO_TCP socket options", "IPPROTO_IP Socket Options", "IPPROTO_IPV6
// Socket Options", "SIO_TCP_INFO".
#include "process/error.hpp"
#include "socket/address.hpp"
#include "socket/sockets.hpp"

#include <pier/sys/options.hpp>
#include <pier/sys/socket.hpp>

#include <cstddef>
#include <cstring>

// ws2ipdef.h and mstcpip.h of Windows 10; mingw-w64's headers lack them.
#ifndef TCP_KEEPIDLE
#define TCP_KEEPIDLE 3
#endif
#ifndef TCP_MAXRT
#define TCP_MAXRT 5
#endif
#ifndef TCP_FASTOPEN
#define TCP_FASTOPEN 15
#endif
#ifndef TCP_KEEPCNT
#define TCP_KEEPCNT 16
#endif
#ifndef TCP_KEEPINTVL
#define TCP_KEEPINTVL 17
#endif

namespace pier::sys {
namespace {

using option::Id;

constexpr DWORD tcp_info_code = _WSAIORW(IOC_VENDOR, 39);

// TCP_INFO_v0, which is not in every header.
struct TcpInfoV0 {
    DWORD state;
    ULONG maximum_segment;
    ULONG64 connection_ms;
    BOOLEAN timestamps;
    ULONG round_trip_us;
    ULONG least_round_trip_us;
    ULONG bytes_in_flight;
    ULONG congestion_window;
    ULONG send_window;
    ULONG receive_window;
    ULONG receive_buffer;
    ULONG64 bytes_out;
    ULONG64 bytes_in;
    ULONG bytes_reordered;
    ULONG bytes_retransmitted;
    ULONG fast_retransmissions;
    ULONG duplicate_acknowledgements;
    ULONG timeouts;
    UCHAR syn_retransmissions;
};
static_assert(sizeof(TcpInfoV0) == 88);

// The family matters to options that each of the two has by itself; only of them it is asked.
Result<NativeOption> known(NativeSocket socket, Id id) noexcept {
    auto family = Family::ipv4;
    const NativeOption v6 = native_option(id, Family::ipv6);
    if (native_option(id, Family::ipv4).level != v6.level) {
        const auto asked = family_of(socket);
        if (!asked) return fail(asked.error());
        if (*asked == Family::ipv6) family = Family::ipv6;
    }
    const NativeOption option = native_option(id, family);
    if (option.name.empty()) return fail(Errc::not_supported, WSAEOPNOTSUPP);
    return option;
}

Result<void> set(NativeSocket socket, const NativeOption& option, std::int64_t value) noexcept {
    if (!win32::set_integer(win32::native(socket), option.level, option.number, static_cast<int>(value))) {
        return fail(win32::last_socket_error());
    }
    return {};
}

// Boolean options answer with one byte and leave the others alone (docs/behaviour.md, opt-value-width).
template <class T>
Result<T> get(NativeSocket socket, const NativeOption& option) noexcept {
    T value{};
    int size = sizeof value;
    if (::getsockopt(win32::native(socket), option.level, option.number, reinterpret_cast<char*>(&value), &size) != 0) {
        return fail(win32::last_socket_error());
    }
    return value;
}

template <class T>
Result<void> set_request(NativeSocket socket, const NativeOption& option, const T& request) noexcept {
    const char* bytes = reinterpret_cast<const char*>(&request);
    if (::setsockopt(win32::native(socket), option.level, option.number, bytes, sizeof request) != 0) {
        return fail(win32::last_socket_error());
    }
    return {};
}

template <class Storage>
void put(Storage& into, const Endpoint& endpoint) noexcept {
    const win32::Address address = win32::to_native(endpoint);
    std::memcpy(&into, &address.raw, static_cast<std::size_t>(address.length));
}

// Of IPv4 an interface's index is in network order, so that it is no address (0.x.x.x).
bool is_v4_interface(Id id, const NativeOption& option) noexcept {
    return (id == Id::multicast_interface || id == Id::bind_to_device) && option.level == IPPROTO_IP;
}

// The order in which it is read is not documented. No index has 16 bits below which there is nothing.
std::int64_t index_of(DWORD read) noexcept { return (read & 0xFFFF) == 0 ? ntohl(read) : read; }

// It keeps every other socket off the port. It has to be set before bind and can't be taken back afterwards, which
// matters to nobody: a listener of Pier has it already.
Result<void> set_exclusive(NativeSocket socket, const NativeOption& option, bool on) noexcept {
    const auto before = get<int>(socket, option);
    if (!before) return fail(before.error());
    if ((*before != 0) == on) return {};
    if (!on) return fail(Errc::not_supported, WSAEOPNOTSUPP);
    return set(socket, option, 1);
}

}  // namespace

// The names as they are written here are what people are told.
#define PIER_OPTION(level, name) \
    NativeOption { #level, #name, level, name }

NativeOption native_option(Id id, Family family) noexcept {
    const bool v6 = family == Family::ipv6;
    switch (id) {
        case Id::reuse_address:
            return PIER_OPTION(SOL_SOCKET, SO_EXCLUSIVEADDRUSE);
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
        case Id::user_timeout:
            return PIER_OPTION(IPPROTO_TCP, TCP_MAXRT);
        case Id::fast_open:
            return PIER_OPTION(IPPROTO_TCP, TCP_FASTOPEN);
        case Id::tcp_info:
            return {"WSAIoctl", "SIO_TCP_INFO", 0, 0};
        case Id::time_to_live:
            return v6 ? PIER_OPTION(IPPROTO_IPV6, IPV6_UNICAST_HOPS) : PIER_OPTION(IPPROTO_IP, IP_TTL);
        case Id::type_of_service:
            // "IPPROTO_IP Socket Options" on IP_TOS: "Do not use."
            return v6 ? PIER_OPTION(IPPROTO_IPV6, IPV6_TCLASS) : NativeOption{};
        case Id::dont_fragment:
            return v6 ? PIER_OPTION(IPPROTO_IPV6, IPV6_DONTFRAG) : PIER_OPTION(IPPROTO_IP, IP_DONTFRAGMENT);
        case Id::multicast_time_to_live:
            return v6 ? PIER_OPTION(IPPROTO_IPV6, IPV6_MULTICAST_HOPS) : PIER_OPTION(IPPROTO_IP, IP_MULTICAST_TTL);
        case Id::multicast_loop:
            return v6 ? PIER_OPTION(IPPROTO_IPV6, IPV6_MULTICAST_LOOP) : PIER_OPTION(IPPROTO_IP, IP_MULTICAST_LOOP);
        case Id::multicast_interface:
            return v6 ? PIER_OPTION(IPPROTO_IPV6, IPV6_MULTICAST_IF) : PIER_OPTION(IPPROTO_IP, IP_MULTICAST_IF);
        case Id::v6_only:
            return PIER_OPTION(IPPROTO_IPV6, IPV6_V6ONLY);
        case Id::bind_to_device:
            return v6 ? PIER_OPTION(IPPROTO_IPV6, IPV6_UNICAST_IF) : PIER_OPTION(IPPROTO_IP, IP_UNICAST_IF);
        case Id::packet_info:
            return v6 ? PIER_OPTION(IPPROTO_IPV6, IPV6_PKTINFO) : PIER_OPTION(IPPROTO_IP, IP_PKTINFO);
        case Id::reuse_port:
        case Id::maximum_segment:
        case Id::congestion:
            break;  // nothing that is documented
    }
    return {};
}

#undef PIER_OPTION

Result<Family> family_of(NativeSocket socket) noexcept {
    const auto protocol = win32::protocol_of(win32::native(socket));
    if (!protocol) return fail(protocol.error());
    switch (protocol->iAddressFamily) {
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
        case Id::reuse_address:
            return set_exclusive(socket, *option, value != 0);
        case Id::linger: {
            linger chosen{};
            chosen.l_onoff = value >= 0 ? 1 : 0;
            chosen.l_linger = static_cast<u_short>(value >= 0 ? value : 0);
            return set_request(socket, *option, chosen);
        }
        case Id::user_timeout:
            return set(socket, *option, (value + 999) / 1000);
        case Id::fast_open:
            return set(socket, *option, value != 0 ? 1 : 0);
        default:
            if (is_v4_interface(id, *option)) value = htonl(static_cast<u_long>(value));
            return set(socket, *option, value);
    }
}

Result<std::int64_t> read_number(NativeSocket socket, Id id) noexcept {
    const auto option = known(socket, id);
    if (!option) return fail(option.error());
    if (id == Id::linger) {
        const auto chosen = get<linger>(socket, *option);
        if (!chosen) return fail(chosen.error());
        return chosen->l_onoff != 0 ? chosen->l_linger : -1;
    }
    const auto value = get<DWORD>(socket, *option);
    if (!value) return fail(value.error());
    switch (id) {
        case Id::user_timeout:
            // -1 is "never".
            return *value == 0xFFFFFFFF ? 0 : std::int64_t{*value} * 1000;
        case Id::type:
            return static_cast<int>(*value == SOCK_DGRAM ? option::SocketType::datagram : option::SocketType::stream);
        default:
            break;
    }
    if (is_v4_interface(id, *option)) return index_of(*value);
    // A switch is 1 byte or 4, and any number but 0 is "on".
    if (option::entry(id).unit == option::Unit::flag) return *value != 0 ? 1 : 0;
    return std::int64_t{*value};
}

Result<std::string> read_text(NativeSocket, Id) { return fail(Errc::not_supported, WSAEOPNOTSUPP); }
Result<void> write_text(NativeSocket, Id, std::string_view) { return fail(Errc::not_supported, WSAEOPNOTSUPP); }

Result<Error> take_error(NativeSocket socket) noexcept {
    const auto number = get<DWORD>(socket, native_option(Id::error, Family::ipv4));
    if (!number) return fail(number.error());
    return *number == 0 ? Error{} : win32::translate(*number, win32::During::other);
}

Result<option::TcpInfo> read_tcp_info(NativeSocket socket) noexcept {
    DWORD version = 0;
    TcpInfoV0 info{};
    DWORD size = 0;
    if (::WSAIoctl(win32::native(socket), tcp_info_code, &version, sizeof version, &info, sizeof info, &size, nullptr,
                   nullptr) != 0) {
        return fail(win32::last_socket_error());
    }
    return option::TcpInfo{
        .round_trip = std::chrono::microseconds(info.round_trip_us),
        .retransmitted_bytes = info.bytes_retransmitted,
        .congestion_window = info.congestion_window,
        .maximum_segment = info.maximum_segment,
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
        return set_request(socket, NativeOption{{}, {}, level, joins ? MCAST_JOIN_GROUP : MCAST_LEAVE_GROUP}, request);
    }
    group_source_req request{};
    request.gsr_interface = interface_index;
    put(request.gsr_group, group);
    put(request.gsr_source, *source);
    return set_request(socket, NativeOption{{}, {}, level, joins ? MCAST_JOIN_SOURCE_GROUP : MCAST_LEAVE_SOURCE_GROUP},
                       request);
}

}  // namespace pier::sys
