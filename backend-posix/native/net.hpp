// What the raw probes share: BSD sockets on loopback, and words for what the calls say.
#pragma once

#include <pier/spi/native_probe.hpp>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
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
    explicit Socket(int descriptor) noexcept : descriptor_(descriptor) {}
    Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    Socket& operator=(Socket&& other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }
    ~Socket() { close(); }
    void close() noexcept;
    [[nodiscard]] int get() const noexcept { return descriptor_; }
    operator int() const noexcept { return descriptor_; }

private:
    int descriptor_ = -1;
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

// The word of an errno; of a call's 0 or -1; of a receive's result; and of a send's.
[[nodiscard]] std::string_view word(int number) noexcept;
[[nodiscard]] std::string_view done(int result) noexcept;
[[nodiscard]] std::string_view received(ssize_t count) noexcept;
[[nodiscard]] std::string_view sent(ssize_t count) noexcept;
// broken-pipe, reset and aborted as one.
[[nodiscard]] std::string_view lost(std::string_view word) noexcept;

// Non-blocking, closed on exec. The second family is for IPv6.
[[nodiscard]] Socket tcp(int family = AF_INET);
[[nodiscard]] Socket udp(int family = AF_INET);
void set_blocking(int socket, bool blocking);
// Blocking receives give up.
void set_receive_timeout(int socket, int milliseconds);
void set_option(int socket, int level, int name, int value);
[[nodiscard]] int get_option(int socket, int level, int name);
[[nodiscard]] std::string_view socket_error(int socket);
// The next close resets.
void abort(Socket& socket);

[[nodiscard]] sockaddr_in loopback(std::uint16_t port = 0) noexcept;
// Host order.
[[nodiscard]] std::uint16_t port_of(int socket);
int bind_to(int socket, const sockaddr_in& address) noexcept;
int connect_to(int socket, const sockaddr_in& address) noexcept;
void bind_loopback(int socket);

[[nodiscard]] Socket listener(int backlog = 16);
// Bound, and nobody listens.
[[nodiscard]] Socket dead_port();
// Waits for it.
[[nodiscard]] Socket accept_from(int listener);
// Waits until it is made.
[[nodiscard]] Socket connected_to(std::uint16_t port);
struct Pair {
    Socket here;
    Socket there;
};
[[nodiscard]] Pair pair();

// What came of the events that were asked for, or 0 after so many milliseconds.
int wait_for(int socket, int events, int milliseconds) noexcept;
void must_be_readable(int socket);
// Has an error, or a hang-up: a reset that has arrived, say.
void must_be_gone(int socket);
// "ready" and so on; "quiet".
[[nodiscard]] std::string events_text(int events);
[[nodiscard]] inline std::string_view readiness(int socket, int milliseconds) noexcept {
    return wait_for(socket, POLLIN, milliseconds) != 0 ? "ready" : "quiet";
}

[[nodiscard]] ssize_t receive(int socket, std::size_t size = 64, int flags = 0) noexcept;
[[nodiscard]] ssize_t send(int socket, std::string_view text, int flags = 0) noexcept;
void must_send(int socket, std::string_view text);
// To a peer that does not read: until nothing fits.
void fill(int socket);

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
