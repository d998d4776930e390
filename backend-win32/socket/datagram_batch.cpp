// Many datagrams by one call. Winsock has no such call for different ones, so they go and come one by one: the tries
// that follow the first datagram save the wait, and not the call. Equal ones to one receiver go by one call
// (UDP_SEND_MSG_SIZE, "IPPROTO_UDP socket options", Windows 10 2004).
#include "process/error.hpp"
#include "socket/address.hpp"
#include "socket/winsock.hpp"

#include <pier/spi/limits.hpp>
#include <pier/sys/socket/datagram_batch.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace pier::sys {
namespace {

using namespace win32;

// ws2ipdef.h of the SDK of Windows 10 2004, which mingw-w64 lacks.
constexpr int udp_send_message_size = 2;

WSABUF piece_of(const std::byte* data, std::size_t size) noexcept {
    return {static_cast<ULONG>(size), const_cast<char*>(reinterpret_cast<const char*>(data))};
}

Error error_of(int code, During during) noexcept {
    if (code == WSAEWOULDBLOCK) return {Errc::operation_would_block, code};
    return translate(static_cast<DWORD>(code), during);
}

// One datagram. A time to live of some earlier one that ran out (WSAENETRESET) is nobody's failure.
Error receive_one(SOCKET socket, Arrival& place) noexcept {
    WSABUF piece = piece_of(place.room.data(), place.room.size());
    for (int expired = 0; expired < spi::limits::most_expired_datagrams; ++expired) {
        RawAddress raw{};
        int length = sizeof raw;
        DWORD count = 0;
        DWORD flags = 0;
        place.truncated = false;
        if (::WSARecvFrom(socket, &piece, 1, &count, &flags, &raw.any, &length, nullptr, nullptr) != 0) {
            const int code = ::WSAGetLastError();
            if (code == WSAENETRESET) continue;
            if (!is_truncation(static_cast<DWORD>(code))) return error_of(code, During::receive_from);
            place.truncated = true;
            count = piece.len;  // it is full; Wine 8 reports nothing
        }
        place.size = count;
        place.from = from_native(&raw.any, length);
        return {};
    }
    return {Errc::network_reset, WSAENETRESET};
}

Error send_one(SOCKET socket, const Departure& datagram) noexcept {
    WSABUF piece = piece_of(datagram.data.data(), datagram.data.size());
    DWORD count = 0;
    int result = 0;
    if (datagram.to == nullptr) {
        result = ::WSASend(socket, &piece, 1, &count, 0, nullptr, nullptr);
    } else {
        const Address to = to_native(*datagram.to);
        result = ::WSASendTo(socket, &piece, 1, &count, 0, &to.raw.any, to.length, nullptr, nullptr);
    }
    return result == 0 ? Error{} : error_of(::WSAGetLastError(), During::send_to);
}

// Of this system and this provider.
bool knows_segments(SOCKET socket) noexcept {
    DWORD size = 0;
    int length = sizeof size;
    return ::getsockopt(socket, IPPROTO_UDP, udp_send_message_size, reinterpret_cast<char*>(&size), &length) == 0;
}

}  // namespace

Batch receive_datagrams(NativeSocket socket, std::span<Arrival> places) noexcept {
    const std::size_t count = std::min(places.size(), most_datagrams_of_a_call);
    for (std::size_t i = 0; i < count; ++i) {
        const Error error = receive_one(native(socket), places[i]);
        if (error.condition != Errc::ok) return {i, error};
    }
    return {count, {}};
}

Batch send_datagrams(NativeSocket socket, Family, std::span<const Departure> datagrams) noexcept {
    const std::size_t count = std::min(datagrams.size(), most_datagrams_of_a_call);
    for (std::size_t i = 0; i < count; ++i) {
        const Error error = send_one(native(socket), datagrams[i]);
        if (error.condition != Errc::ok) return {i, error};
    }
    return {count, {}};
}

// By the control message of WSASendMsg, whose value holds for this call; the option would hold for all that follow.
Result<void> send_segments(NativeSocket socket, std::span<const std::byte> data, std::size_t each,
                           const Endpoint* to) noexcept {
    static const bool known = knows_segments(native(socket));
    if (!known || each == 0 || each > most_segment_bytes) return fail(Errc::not_supported);
    Address address{};
    if (to != nullptr) address = to_native(*to);
    WSABUF piece = piece_of(data.data(), data.size());
    const auto size = static_cast<DWORD>(each);
    struct alignas(WSACMSGHDR) Control {
        char bytes[WSA_CMSG_SPACE(sizeof(DWORD))];
    } control{};
    WSAMSG message{};
    message.name = address.length != 0 ? &address.raw.any : nullptr;
    message.namelen = address.length;
    message.lpBuffers = &piece;
    message.dwBufferCount = 1;
    message.Control.buf = control.bytes;
    message.Control.len = sizeof control.bytes;
    WSACMSGHDR* header = WSA_CMSG_FIRSTHDR(&message);
    header->cmsg_level = IPPROTO_UDP;
    header->cmsg_type = udp_send_message_size;
    header->cmsg_len = WSA_CMSG_LEN(sizeof size);
    std::memcpy(WSA_CMSG_DATA(header), &size, sizeof size);
    DWORD count = 0;
    if (::WSASendMsg(native(socket), &message, 0, &count, nullptr, nullptr) == 0) return {};
    const int code = ::WSAGetLastError();
    switch (code) {
        case WSAEINVAL:
        case WSAEMSGSIZE:
        case WSAEOPNOTSUPP:
        case WSAENOPROTOOPT:
            return fail(Errc::not_supported, code);
        default:
            return fail(error_of(code, During::send_to));
    }
}

// UDP_RECV_MAX_COALESCED_SIZE is there, and the message UDP_COALESCED_INFO says where to cut. But systems in the field
// merge without that message (drivers of Windows 11, Windows on ARM), which nobody can tell from one long datagram.
Result<void> merge_arrivals(NativeSocket) noexcept { return fail(Errc::not_supported); }

}  // namespace pier::sys
