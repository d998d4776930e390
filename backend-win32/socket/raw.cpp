// Raw sockets: "TCP/IP Raw Sockets", "IPPROTO_IP socket options", "IPPROTO_IPV6 socket options".
#include "process/error.hpp"
#include "socket/address.hpp"
#include "socket/sockets.hpp"
#include "socket/winsock.hpp"

#include <pier/sys/socket/details.hpp>
#include <pier/sys/socket/raw.hpp>

#include <cstring>

namespace pier::sys {
namespace {

using namespace win32;

constexpr std::uint8_t protocol_tcp = 6;
constexpr std::uint8_t protocol_udp = 17;

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
    ask_for_details(neutral(socket), family);
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

// "Limitations on Raw Sockets". core has checked that it is a header.
bool is_never_sent(Family family, std::span<const std::byte> packet) noexcept {
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

// Winsock has no such filter for IPv4, and its ICMPv6_FILTER is not documented: core looks alone.
void filter_icmp(spi::NativeSocket, Family, std::span<const std::uint8_t>) noexcept {}

}  // namespace pier::sys
