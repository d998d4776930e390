// What this system calls the things that all raw probes use: Winsock.
#pragma once

#include "fail.hpp"
#include "socket/winsock.hpp"

#include <cstddef>
#include <string_view>
#include <utility>

namespace pier::native {

using Number = SOCKET;
using Length = int;
using Count = int;
using Code = DWORD;  // of WSAGetLastError

inline constexpr int end_sending = SD_SEND;
inline constexpr int end_receiving = SD_RECEIVE;
inline constexpr int end_both = SD_BOTH;
inline constexpr int input_event = POLLRDNORM;  // of WSAPoll; POLLIN is this one and another
inline constexpr int output_event = POLLWRNORM;
inline constexpr int max_segment = 4;  // ws2ipdef.h, not in every SDK
inline constexpr int keep_idle = 3;

class Socket {
public:
    Socket() = default;
    explicit Socket(SOCKET socket) noexcept : socket_(socket) {}
    Socket(Socket&& other) noexcept : socket_(std::exchange(other.socket_, INVALID_SOCKET)) {}
    Socket& operator=(Socket&& other) noexcept {
        std::swap(socket_, other.socket_);
        return *this;
    }
    ~Socket() { close(); }
    void close() noexcept;
    [[nodiscard]] bool valid() const noexcept { return socket_ != INVALID_SOCKET; }
    operator SOCKET() const noexcept { return socket_; }

private:
    SOCKET socket_ = INVALID_SOCKET;
};

// What the last call's error, or a code, is called.
[[nodiscard]] std::string_view last() noexcept;
[[nodiscard]] std::string_view word(Code code) noexcept;
// And what getaddrinfo answers.
[[nodiscard]] std::string_view resolved(int result) noexcept;

// Non-blocking, not inherited; invalid where there is none.
[[nodiscard]] Socket open_if_any(int family, int type) noexcept;
[[nodiscard]] Socket accept_if_any(Number listener) noexcept;
void set_blocking(Number socket, bool blocking);
// Blocking receives give up.
void set_receive_timeout(Number socket, int milliseconds);
int set_bytes(Number socket, int level, int name, const void* value, std::size_t size) noexcept;
// The option by which several sockets share a port, if there is one.
[[nodiscard]] std::string_view share_port(Number socket) noexcept;

// Whether the last connect has begun and goes on.
[[nodiscard]] bool is_connecting() noexcept;
// Whether it has succeeded or failed.
[[nodiscard]] bool settled(Number socket, int milliseconds) noexcept;
// The first argument of a select that looks at this socket and smaller ones.
[[nodiscard]] int above(Number socket) noexcept;
// What came of the events that were asked for, or 0 after so many milliseconds.
int wait_for(Number socket, int events, int milliseconds) noexcept;

[[nodiscard]] Count receive_into(Number socket, char* data, std::size_t size, int flags) noexcept;
[[nodiscard]] Count send(Number socket, std::string_view text, int flags = 0) noexcept;
[[nodiscard]] Count send_to(Number socket, std::string_view text, const sockaddr_in& to) noexcept;
// Bytes, as FIONREAD counts them.
[[nodiscard]] std::size_t unread(Number socket);
// Whether the next byte is the one behind the urgent one, as SIOCATMARK tells.
[[nodiscard]] bool at_mark(Number socket);

// Manual-reset.
class Event {
public:
    Event() : handle_(::WSACreateEvent()) {
        if (handle_ == WSA_INVALID_EVENT) fail("WSACreateEvent");
    }
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;
    ~Event() { ::WSACloseEvent(handle_); }
    [[nodiscard]] HANDLE get() const noexcept { return handle_; }
    [[nodiscard]] bool wait(int milliseconds) const noexcept {
        return ::WaitForSingleObject(handle_, static_cast<DWORD>(milliseconds)) == WAIT_OBJECT_0;
    }

private:
    HANDLE handle_;
};

}  // namespace pier::native
