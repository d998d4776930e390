// Packets with what their headers say: WSARecvMsg, WSASendMsg, "IPPROTO_IP socket options", "IPPROTO_IPV6 socket
// options".
#include "process/error.hpp"
#include "socket/address.hpp"
#include "socket/winsock.hpp"

#include <pier/spi/limits.hpp>
#include <pier/sys/socket/details.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>

namespace pier::sys {
namespace {

using namespace win32;

// ws2ipdef.h of the SDK of Windows 10, which older mingw-w64's lack.
constexpr int ip_hop_limit = 21;                // IP_HOPLIMIT
constexpr int ip_receive_type_of_service = 40;  // IP_RECVTOS
constexpr int ipv6_hop_limit = 21;              // IPV6_HOPLIMIT
constexpr int ipv6_traffic_class = 39;          // IPV6_TCLASS
constexpr int ipv6_receive_traffic_class = 40;  // IPV6_RECVTCLASS

// Of the provider of one family's sockets, asked for at the first packet; null where it has none.
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

void fill_v4(WSACMSGHDR& control, DetailedArrival& arrival) noexcept {
    if (control.cmsg_type == IP_PKTINFO) {
        const auto info = value_of<IN_PKTINFO>(control);
        Endpoint::V4 address{};
        std::memcpy(address.data(), &info.ipi_addr, address.size());
        arrival.to = Endpoint::v4(address, 0);
        arrival.interface_index = info.ipi_ifindex;
    } else if (control.cmsg_type == ip_hop_limit || control.cmsg_type == IP_TTL) {
        arrival.hop_limit = static_cast<std::uint8_t>(value_of<int>(control));
    } else if (control.cmsg_type == IP_TOS) {
        arrival.traffic_class = static_cast<std::uint8_t>(value_of<int>(control));
    }
}

void fill_v6(WSACMSGHDR& control, DetailedArrival& arrival) noexcept {
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

void fill(WSAMSG& message, DetailedArrival& arrival) noexcept {
    for (WSACMSGHDR* control = WSA_CMSG_FIRSTHDR(&message); control != nullptr;
         control = WSA_CMSG_NXTHDR(&message, control)) {
        if (control->cmsg_level == IPPROTO_IP) {
            fill_v4(*control, arrival);
        } else if (control->cmsg_level == IPPROTO_IPV6) {
            fill_v6(*control, arrival);
        }
    }
}

// The answer of WSARecvMsg, or of WSARecvFrom where the provider lacks it: then nothing more is told.
int take(SOCKET socket, Family family, DetailedArrival& arrival, RawAddress& from, int& length, DWORD& count) noexcept {
    WSABUF piece{static_cast<ULONG>(arrival.room.size()), reinterpret_cast<char*>(arrival.room.data())};
    const LPFN_WSARECVMSG receive_message = receive_message_of(socket, family);
    if (receive_message == nullptr) {
        DWORD flags = 0;
        return ::WSARecvFrom(socket, &piece, 1, &count, &flags, &from.any, &length, nullptr, nullptr);
    }
    struct alignas(WSACMSGHDR) Control {
        char bytes[2 * WSA_CMSG_SPACE(sizeof(IN6_PKTINFO)) + 4 * WSA_CMSG_SPACE(sizeof(int))];
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

template <class Info>
void put_source(WSAMSG& message, int level, int type, const Info& info) noexcept {
    message.Control.len = static_cast<ULONG>(WSA_CMSG_SPACE(sizeof info));
    WSACMSGHDR* header = WSA_CMSG_FIRSTHDR(&message);
    header->cmsg_level = level;
    header->cmsg_type = type;
    header->cmsg_len = WSA_CMSG_LEN(sizeof info);
    std::memcpy(WSA_CMSG_DATA(header), &info, sizeof info);
}

void put_source(WSAMSG& message, const PacketSource& source, Family family) noexcept {
    const Endpoint::V6& address = source.address.v6_bytes();
    if (family == Family::ipv4) {
        IN_PKTINFO info{};
        std::memcpy(&info.ipi_addr, address.data(), sizeof info.ipi_addr);
        info.ipi_ifindex = source.interface_index;
        put_source(message, IPPROTO_IP, IP_PKTINFO, info);
    } else {
        IN6_PKTINFO info{};
        std::memcpy(&info.ipi6_addr, address.data(), sizeof info.ipi6_addr);
        info.ipi6_ifindex = source.interface_index != 0 ? source.interface_index : source.address.scope();
        put_source(message, IPPROTO_IPV6, IPV6_PKTINFO, info);
    }
}

}  // namespace

// Best effort: what is not told stays empty.
void ask_for_details(spi::NativeSocket native_socket, Family family) noexcept {
    const SOCKET socket = native(native_socket);
    // Also on a socket of IPv6, of which it holds for the IPv4 that a dual-stack one receives.
    (void)set_integer(socket, IPPROTO_IP, IP_PKTINFO, 1);
    (void)set_integer(socket, IPPROTO_IP, ip_hop_limit, 1);
    (void)set_integer(socket, IPPROTO_IP, ip_receive_type_of_service, 1);
    if (family == Family::ipv6) {
        (void)set_integer(socket, IPPROTO_IPV6, IPV6_PKTINFO, 1);
        (void)set_integer(socket, IPPROTO_IPV6, ipv6_hop_limit, 1);
        (void)set_integer(socket, IPPROTO_IPV6, ipv6_receive_traffic_class, 1);
    }
}

Result<void> receive_detailed(spi::NativeSocket socket, Family family, DetailedArrival& arrival) noexcept {
    int code = 0;
    // A report of some earlier datagram is nobody's failure.
    for (int reports = 0; reports < spi::limits::most_expired_datagrams; ++reports) {
        RawAddress from{};
        int length = sizeof from;
        DWORD count = 0;
        arrival.truncated = false;
        if (take(native(socket), family, arrival, from, length, count) != 0) {
            code = ::WSAGetLastError();
            if (code == WSAEWOULDBLOCK) return fail(Errc::operation_would_block, code);
            if (code == WSAENETRESET || code == WSAECONNRESET) continue;
            if (!is_truncation(static_cast<DWORD>(code))) {
                return fail(translate(static_cast<DWORD>(code), During::receive_from));
            }
            arrival.truncated = true;
            count = static_cast<DWORD>(arrival.room.size());
        }
        arrival.size = count;
        arrival.from = from_native(&from.any, length);
        return {};
    }
    return fail(translate(static_cast<DWORD>(code), During::receive_from));
}

bool take_failure(spi::NativeSocket, DetailedArrival&) noexcept { return false; }

Result<void> send_from(spi::NativeSocket socket, std::span<const std::byte> packet, const Endpoint& to,
                       const PacketSource& source) noexcept {
    if (packet.size() > 0xffff) return fail(Errc::message_size, WSAEMSGSIZE);
    WSABUF piece{static_cast<ULONG>(packet.size()), const_cast<char*>(reinterpret_cast<const char*>(packet.data()))};
    Address address = to_native(to);
    struct alignas(WSACMSGHDR) Control {
        char bytes[WSA_CMSG_SPACE(sizeof(IN6_PKTINFO))];
    } control{};
    WSAMSG message{};
    message.name = &address.raw.any;
    message.namelen = address.length;
    message.lpBuffers = &piece;
    message.dwBufferCount = 1;
    DWORD count = 0;
    int result = 0;
    if (source.address.family() != Family::unspecified || source.interface_index != 0) {
        message.Control.buf = control.bytes;
        put_source(message, source, to.family());
        result = ::WSASendMsg(native(socket), &message, 0, &count, nullptr, nullptr);
    } else {
        result = ::WSASendTo(native(socket), &piece, 1, &count, 0, &address.raw.any, address.length, nullptr, nullptr);
    }
    if (result == 0) return {};
    const int code = ::WSAGetLastError();
    if (code == WSAEWOULDBLOCK) return fail(Errc::operation_would_block, code);
    return fail(translate(static_cast<DWORD>(code), During::send_to));
}

}  // namespace pier::sys
