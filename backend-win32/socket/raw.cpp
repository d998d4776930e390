// Raw sockets: "TCP/IP Raw Sockets", "IPPROTO_IP socket options", "IPPROTO_IPV6 socket options", WSARecvMsg.
#include "process/error.hpp"
#include "socket/address.hpp"
#include "socket/sockets.hpp"
#include "socket/winsock.hpp"

#include <pier/sys/socket.hpp>
#include <pier/sys/socket/raw.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>

namespace pier::sys {
namespace {

using namespace win32;

// ws2ipdef.h of the SDK of Windows 10, which older mingw-w64's lack.
constexpr int ipv6_hop_limit = 21;              // IPV6_HOPLIMIT
constexpr int ipv6_traffic_class = 39;          // IPV6_TCLASS
constexpr int ipv6_receive_traffic_class = 40;  // IPV6_RECVTCLASS

constexpr std::uint8_t protocol_tcp = 6;
constexpr std::uint8_t protocol_udp = 17;

// What is told of each packet. Best effort: what is not told stays empty.
void ask_for_details(SOCKET socket, Family family) noexcept {
    if (family == Family::ipv4) {
        (void)set_integer(socket, IPPROTO_IP, IP_PKTINFO, 1);
    } else {
        (void)set_integer(socket, IPPROTO_IPV6, IPV6_PKTINFO, 1);
        (void)set_integer(socket, IPPROTO_IPV6, ipv6_hop_limit, 1);
        (void)set_integer(socket, IPPROTO_IPV6, ipv6_receive_traffic_class, 1);
    }
}

// Of the provider of one family's raw sockets, asked for at the first packet; null where it has none.
LPFN_WSARECVMSG receive_message_of(SOCKET socket, Family family) noexcept {
    static std::array<std::atomic<LPFN_WSARECVMSG>, 2> known{};
    auto& place = known[family == Family::ipv6 ? 1 : 0];
    LPFN_WSARECVMSG function = place.load(std::memory_order_relaxed);
    if (function != nullptr) return function;
    GUID id = WSAID_WSARECVMSG;
    DWORD size = 0;
    if (::WSAIoctl(socket, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id, &function, sizeof function, &size,
                   nullptr, nullptr) != 0) {
        return nullptr;
    }
    place.store(function, std::memory_order_relaxed);
    return function;
}

template <class T>
T value_of(WSACMSGHDR& control) noexcept {
    T value{};
    std::memcpy(&value, WSA_CMSG_DATA(&control),
                std::min<std::size_t>(sizeof value, control.cmsg_len - WSA_CMSG_LEN(0)));
    return value;
}

void fill_v6(WSACMSGHDR& control, RawArrival& arrival) noexcept {
    if (control.cmsg_type == IPV6_PKTINFO) {
        const auto info = value_of<IN6_PKTINFO>(control);
        Endpoint::V6 address{};
        std::memcpy(address.data(), &info.ipi6_addr, address.size());
        const bool is_link_local = address[0] == 0xfe && (address[1] & 0xc0U) == 0x80;
        arrival.to = Endpoint::v6(address, 0, is_link_local ? info.ipi6_ifindex : 0);
        arrival.interface_index = info.ipi6_ifindex;
    } else if (control.cmsg_type == ipv6_hop_limit) {
        arrival.hop_limit = static_cast<std::uint8_t>(value_of<int>(control));
    } else if (control.cmsg_type == ipv6_traffic_class) {
        arrival.traffic_class = static_cast<std::uint8_t>(value_of<int>(control));
    }
}

void fill(WSAMSG& message, RawArrival& arrival) noexcept {
    for (WSACMSGHDR* control = WSA_CMSG_FIRSTHDR(&message); control != nullptr;
         control = WSA_CMSG_NXTHDR(&message, control)) {
        if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO) {
            arrival.interface_index = value_of<IN_PKTINFO>(*control).ipi_ifindex;
        } else if (control->cmsg_level == IPPROTO_IPV6) {
            fill_v6(*control, arrival);
        }
    }
}

// The answer of WSARecvMsg, or of WSARecvFrom where the provider lacks it: then only IPv4's header tells more.
int take(SOCKET socket, RawKind kind, RawArrival& arrival, RawAddress& from, int& length, DWORD& count) noexcept {
    WSABUF piece{static_cast<ULONG>(arrival.room.size()), reinterpret_cast<char*>(arrival.room.data())};
    const LPFN_WSARECVMSG receive_message = receive_message_of(socket, kind.family);
    if (receive_message == nullptr) {
        DWORD flags = 0;
        return ::WSARecvFrom(socket, &piece, 1, &count, &flags, &from.any, &length, nullptr, nullptr);
    }
    struct alignas(WSACMSGHDR) Control {
        char bytes[WSA_CMSG_SPACE(sizeof(IN6_PKTINFO)) + 2 * WSA_CMSG_SPACE(sizeof(int))];
    } control{};
    WSAMSG message{};
    message.name = &from.any;
    message.namelen = length;
    message.lpBuffers = &piece;
    message.dwBufferCount = 1;
    message.Control.buf = control.bytes;
    message.Control.len = sizeof control.bytes;
    const int result = receive_message(socket, &message, &count, nullptr, nullptr);
    length = message.namelen;
    if (result == 0) fill(message, arrival);
    return result;
}

// UDP from an address of another machine is dropped without a word. An address that a socket can be bound to is ours.
bool is_own(const Endpoint& address) noexcept {
    auto probe = open_socket(address.family(), spi::SocketKind::datagram);
    if (!probe) return true;  // it is not known: the system decides
    const Address native_address = to_native(address);
    const bool bound = ::bind(*probe, &native_address.raw.any, native_address.length) == 0;
    const bool foreign = !bound && ::WSAGetLastError() == WSAEADDRNOTAVAIL;
    ::closesocket(*probe);
    return !foreign;
}

// "Limitations on Raw Sockets": no TCP, and no UDP with a source that is not this machine's. core has checked that it
// is a header.
bool is_forbidden(Family family, std::span<const std::byte> packet) noexcept {
    const auto protocol = std::to_integer<std::uint8_t>(packet[family == Family::ipv4 ? 9 : 6]);
    if (protocol == protocol_tcp) return true;
    if (protocol != protocol_udp) return false;
    Endpoint source;
    if (family == Family::ipv4) {
        Endpoint::V4 address{};
        std::memcpy(address.data(), &packet[12], address.size());
        source = Endpoint::v4(address, 0);
    } else {
        Endpoint::V6 address{};
        std::memcpy(address.data(), &packet[8], address.size());
        source = Endpoint::v6(address, 0);
    }
    return !source.is_any() && !is_own(source);
}

}  // namespace

Result<spi::NativeSocket> open_raw(Family family, std::uint8_t protocol, bool header_included) {
    if (protocol == protocol_tcp) return fail(Errc::not_supported, WSAEPROTONOSUPPORT);
    SOCKET socket = ::WSASocketW(native_family(family), SOCK_RAW, protocol, nullptr, 0,
                                 WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
    if (socket == INVALID_SOCKET) return fail(last_socket_error());
    auto done = set_non_blocking(socket);
    if (done && header_included) {
        const bool v4 = family == Family::ipv4;
        if (!set_integer(socket, v4 ? static_cast<int>(IPPROTO_IP) : static_cast<int>(IPPROTO_IPV6),
                         v4 ? IP_HDRINCL : IPV6_HDRINCL, 1)) {
            done = fail(last_socket_error());
        }
    }
    if (!done) {
        ::closesocket(socket);
        return fail(done.error());
    }
    ask_for_details(socket, family);
    return neutral(socket);
}

// IcmpSendEcho2 needs no privilege, but it is no socket.
Result<spi::NativeSocket> open_echo(Family) { return fail(Errc::not_supported); }

Result<void> bind_raw(spi::NativeSocket socket, const Endpoint& local) {
    const Address address = to_native(local);
    if (address.length == 0) return fail(Errc::invalid_argument);
    if (::bind(native(socket), &address.raw.any, address.length) != 0) return fail(last_socket_error(During::bind));
    return {};
}

Result<void> receive_raw(spi::NativeSocket socket, RawKind kind, RawArrival& arrival) noexcept {
    RawAddress from{};
    int length = sizeof from;
    DWORD count = 0;
    if (take(native(socket), kind, arrival, from, length, count) != 0) {
        const int code = ::WSAGetLastError();
        if (code == WSAEWOULDBLOCK) return fail(Errc::operation_would_block, code);
        if (!is_truncation(static_cast<DWORD>(code))) {
            return fail(translate(static_cast<DWORD>(code), During::receive_from));
        }
        arrival.truncated = true;
        count = static_cast<DWORD>(arrival.room.size());
    }
    arrival.size = count;
    arrival.from = from_native(&from.any, length).with_port(0);
    return {};
}

Result<void> send_raw(spi::NativeSocket socket, RawKind kind, std::span<const std::byte> packet,
                      const Endpoint& to) noexcept {
    if (kind.header_included && is_forbidden(kind.family, packet)) return fail(Errc::not_supported, WSAEACCES);
    if (packet.size() > 0xffff) return fail(Errc::message_size, WSAEMSGSIZE);
    WSABUF piece{static_cast<ULONG>(packet.size()), const_cast<char*>(reinterpret_cast<const char*>(packet.data()))};
    const Address address = to_native(to.with_port(0));
    DWORD count = 0;
    if (::WSASendTo(native(socket), &piece, 1, &count, 0, &address.raw.any, address.length, nullptr, nullptr) == 0) {
        return {};
    }
    const int code = ::WSAGetLastError();
    if (code == WSAEWOULDBLOCK) return fail(Errc::operation_would_block, code);
    return fail(translate(static_cast<DWORD>(code), During::send_to));
}

// Winsock has no such filter for IPv4, and its ICMPv6_FILTER is not documented: core looks alone.
void filter_icmp(spi::NativeSocket, Family, std::span<const std::uint8_t>) noexcept {}

}  // namespace pier::sys
