// What this system calls the things that all raw probes use: BSD sockets.
#pragma once

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <cstddef>
#include <string_view>
#include <utility>

namespace pier::native {

using Number = int;  // of a socket
using Length = socklen_t;
using Count = ssize_t;
using Code = int;  // an errno

inline constexpr int end_sending = SHUT_WR;
inline constexpr int end_receiving = SHUT_RD;
inline constexpr int end_both = SHUT_RDWR;
inline constexpr int input_event = POLLIN;  // of poll
inline constexpr int output_event = POLLOUT;
inline constexpr int max_segment = TCP_MAXSEG;
inline constexpr int keep_idle = TCP_KEEPIDLE;

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
    [[nodiscard]] bool valid() const noexcept { return descriptor_ >= 0; }
    operator int() const noexcept { return descriptor_; }

private:
    int descriptor_ = -1;
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

}  // namespace pier::native
