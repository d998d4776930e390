// From the system's numbers to Pier's conditions.
#pragma once

#include "socket/winsock.hpp"

#include <pier/result.hpp>
#include <pier/spi/operation.hpp>

namespace pier::win32 {

// What was tried: the same number means different things in different calls.
enum class During : std::uint8_t { other, bind, accept, connect, receive, send, receive_from, send_to };

// A WSA code, or a Win32 code of a completion: the two ranges do not overlap.
[[nodiscard]] Error translate(DWORD code, During during = During::other) noexcept;

// The same, for an operation that failed.
[[nodiscard]] Error translate(DWORD code, const spi::Operation& op) noexcept;

// The failure of the Winsock call just made.
[[nodiscard]] inline Error last_socket_error(During during = During::other) noexcept {
    return translate(static_cast<DWORD>(::WSAGetLastError()), during);
}

// One queued connection died before it was accepted; the listener is well.
[[nodiscard]] bool is_dead_connection(DWORD code) noexcept;

// What an operation may end with because it was cancelled or its socket was closed. Only the request to cancel tells
// ERROR_NETNAME_DELETED from a reset by the peer; Wine 8 adds 676, WSAEINVAL and WSAENOTSOCK.
[[nodiscard]] bool is_cancellation(DWORD code) noexcept;

// The datagram was longer than the buffer, which is full.
[[nodiscard]] inline bool is_truncation(DWORD code) noexcept { return code == WSAEMSGSIZE || code == ERROR_MORE_DATA; }

}  // namespace pier::win32
