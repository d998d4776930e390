// What the engines need of sockets besides pier::sys.
#pragma once

#include "socket/winsock.hpp"

#include <pier/result.hpp>
#include <pier/spi/operation.hpp>

namespace pier::win32 {

// Overlapped and not inherited; still blocking, and without the options of sys::open.
[[nodiscard]] Result<SOCKET> open_socket(Family family, spi::SocketKind kind) noexcept;

[[nodiscard]] Result<void> set_non_blocking(SOCKET socket) noexcept;

// Every accepted socket. Best effort: it is refused when the connection is dead already, as the first receive will say.
void send_without_delay(SOCKET socket) noexcept;
// That, and the mode that a try needs.
[[nodiscard]] Result<void> prepare_accepted(SOCKET socket) noexcept;

// Unspecified when there is none any more.
[[nodiscard]] Endpoint peer_of(SOCKET socket) noexcept;

// A TCP socket that is not connected: its connect is still under way, or has failed, or nobody began one. Having a
// peer's name says nothing of that: a socket has it from the beginning of a non-blocking connect on.
[[nodiscard]] bool may_be_connecting(SOCKET socket) noexcept;

// The provider's description of the socket; answered in user mode.
[[nodiscard]] Result<WSAPROTOCOL_INFOW> protocol_of(SOCKET socket) noexcept;

// Best effort: a refused connect to this machine is reported at once instead of after two seconds of repeated SYNs; so
// is one to a listener whose backlog is full. PIER_HASTEN_REFUSAL=0 in the environment switches it off.
void hasten_refusal(SOCKET socket, const Endpoint& target) noexcept;

// What select says at once. `failed`: a connect did, or there is urgent data.
struct SocketState {
    bool readable = false;
    bool writable = false;
    bool failed = false;
};
[[nodiscard]] Result<SocketState> state_of(SOCKET socket) noexcept;

// The pieces of an operation, at most largest_submission bytes together.
struct Pieces {
    WSABUF array[spi::most_buffers];
    DWORD count;
    DWORD size;  // the sum
};
void collect(const spi::Operation& op, Pieces& pieces) noexcept;

}  // namespace pier::win32
