// What the raw probes share: sockets on loopback, and words for what calls say. "net.hpp" is the backend's: the names
// that systems give to the same things.
#pragma once

#include "fail.hpp"
#include "net.hpp"

#include <pier/tool/native_probe.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pier::native {

using spi::NativeProbe;
using spi::NativeVerdict;

// Nothing on loopback takes nearly so long.
inline constexpr int limit_ms = 2000;
// In which nothing may come.
inline constexpr int window_ms = 100;

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

// The word of a call's 0 or -1; of a receive's result; and of a send's.
[[nodiscard]] std::string_view done(int result) noexcept;
[[nodiscard]] std::string_view received(Count count) noexcept;
[[nodiscard]] std::string_view sent(Count count) noexcept;
// broken-pipe, reset and aborted as one.
[[nodiscard]] std::string_view lost(std::string_view word) noexcept;

void set_option(Number socket, int level, int name, int value);
[[nodiscard]] int get_option(Number socket, int level, int name);
[[nodiscard]] std::string_view socket_error(Number socket);
// The next close resets.
void abort(Socket& socket);
// The next close waits so many seconds for what is unsent.
void set_linger(Number socket, std::uint16_t seconds);

[[nodiscard]] sockaddr_in loopback(std::uint16_t port = 0) noexcept;
// Host order.
[[nodiscard]] std::uint16_t port_of(Number socket);
int bind_to(Number socket, const sockaddr_in& address) noexcept;
int connect_to(Number socket, const sockaddr_in& address) noexcept;
void bind_loopback(Number socket);

// Non-blocking, not inherited by other programs. The second family is for IPv6.
[[nodiscard]] Socket tcp(int family = AF_INET);
[[nodiscard]] Socket udp(int family = AF_INET);
[[nodiscard]] Socket listener(int backlog = 16);
// Bound, and nobody listens.
[[nodiscard]] Socket dead_port();
// Waits for it.
[[nodiscard]] Socket accept_from(Number listener);
// Waits until it is made.
[[nodiscard]] Socket connected_to(std::uint16_t port);
struct Pair {
    Socket here;
    Socket there;
};
[[nodiscard]] Pair pair();

void must_be_readable(Number socket);
// Has an error, or a hang-up: a reset that has arrived, say.
void must_be_gone(Number socket);
// "ready" and so on; "quiet".
[[nodiscard]] std::string events_text(int events);
[[nodiscard]] inline std::string_view readiness(Number socket, int milliseconds) noexcept {
    return wait_for(socket, POLLIN, milliseconds) != 0 ? "ready" : "quiet";
}

[[nodiscard]] Count receive(Number socket, std::size_t size = 64, int flags = 0) noexcept;
void must_send(Number socket, std::string_view text);
// To a peer that does not read: until nothing fits, or 64 MiB do.
void fill(Number socket);

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
