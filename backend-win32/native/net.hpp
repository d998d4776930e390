// What the raw probes share: Winsock on loopback, and words for what the calls say.
#pragma once

#include "../winsock.hpp"

#include <pier/spi/native_probe.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace pier::native {

using spi::NativeProbe;
using spi::NativeVerdict;

// Nothing on loopback takes nearly so long.
inline constexpr int limit_ms = 2000;
// In which nothing may come.
inline constexpr int window_ms = 100;

// A step before the observation went wrong.
[[noreturn]] void fail(const char* step);

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

// Words, one after the other.
class Seen {
public:
    Seen& operator<<(std::string_view word) {
        if (!text_.empty()) text_ += '+';
        text_ += word;
        return *this;
    }
    operator NativeVerdict() const { return {text_}; }

private:
    std::string text_;
};

// What WSAGetLastError says.
[[nodiscard]] std::string_view last() noexcept;
// The word of a WSA code; of a call's 0 or SOCKET_ERROR; of a receive's result; and of a send's.
[[nodiscard]] std::string_view word(DWORD number) noexcept;
[[nodiscard]] std::string_view done(int result) noexcept;
[[nodiscard]] std::string_view received(int count) noexcept;
[[nodiscard]] std::string_view sent(int count) noexcept;
// broken-pipe, reset and aborted as one.
[[nodiscard]] std::string_view lost(std::string_view word) noexcept;

// Overlapped, non-blocking, not inherited. The second family is for IPv6.
[[nodiscard]] Socket tcp(int family = AF_INET);
[[nodiscard]] Socket udp(int family = AF_INET);
void set_blocking(SOCKET socket, bool blocking);
// Blocking receives give up.
void set_receive_timeout(SOCKET socket, int milliseconds);
void set_option(SOCKET socket, int level, int name, int value);
[[nodiscard]] int get_option(SOCKET socket, int level, int name);
[[nodiscard]] std::string_view socket_error(SOCKET socket);
// The next close resets.
void abort(Socket& socket);

[[nodiscard]] sockaddr_in loopback(std::uint16_t port = 0) noexcept;
// Host order.
[[nodiscard]] std::uint16_t port_of(SOCKET socket);
int bind_to(SOCKET socket, const sockaddr_in& address) noexcept;
int connect_to(SOCKET socket, const sockaddr_in& address) noexcept;
void bind_loopback(SOCKET socket);

[[nodiscard]] Socket listener(int backlog = 16);
// Bound, and nobody listens.
[[nodiscard]] Socket dead_port();
// Waits for it.
[[nodiscard]] Socket accept_from(SOCKET listener);
// Waits until it is made.
[[nodiscard]] Socket connected_to(std::uint16_t port);
struct Pair {
    Socket here;
    Socket there;
};
[[nodiscard]] Pair pair();

// Whether a connect has succeeded or failed: a failure is in select's except set, and WSAPoll has kept it to itself on
// older systems.
[[nodiscard]] bool settled(SOCKET socket, int milliseconds);

// What came of the events that were asked for, or 0 after so many milliseconds.
int wait_for(SOCKET socket, int events, int milliseconds) noexcept;
void must_be_readable(SOCKET socket);
// Has an error, or a hang-up: a reset that has arrived, say.
void must_be_gone(SOCKET socket);
// "ready" and so on; "quiet".
[[nodiscard]] std::string events_text(int events);
[[nodiscard]] inline std::string_view readiness(SOCKET socket, int milliseconds) noexcept {
    return wait_for(socket, POLLIN, milliseconds) != 0 ? "ready" : "quiet";
}

[[nodiscard]] int receive(SOCKET socket, std::size_t size = 64, int flags = 0) noexcept;
[[nodiscard]] int send(SOCKET socket, std::string_view text, int flags = 0) noexcept;
void must_send(SOCKET socket, std::string_view text);
// To a peer that does not read: until nothing fits.
void fill(SOCKET socket);

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

class Stopwatch {
public:
    [[nodiscard]] int milliseconds() const noexcept {
        return static_cast<int>(
            std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun_).count());
    }

private:
    std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

}  // namespace pier::native
