// The verbs, one file per kind of socket. Each start_ answers as Engine::start.
#pragma once

#include "uv_engine.hpp"

namespace pier::uv {

inline spi::Progress finish(spi::Operation& op, Error error, std::size_t transferred = 0) noexcept {
    op.finish(error, transferred);
    return spi::Progress::finished;
}

// uv_stream.cpp
[[nodiscard]] spi::Progress start_connect(Socket& socket, spi::AddressedOperation& op) noexcept;
[[nodiscard]] spi::Progress start_receive(Socket& socket, spi::Operation& op) noexcept;
[[nodiscard]] spi::Progress start_send(Socket& socket, spi::Operation& op) noexcept;
// Ends the pending send with what was sent so far, at once or when the system has given it back.
void cancel_send(Socket& socket) noexcept;
// Tells libuv to read on. 0, or libuv's code.
[[nodiscard]] int resume_reading(Socket& socket) noexcept;

// uv_listener.cpp
// 0, or libuv's code.
[[nodiscard]] int open_listener(Socket& listener) noexcept;
[[nodiscard]] spi::Progress start_accept(Socket& listener, spi::AcceptOperation& op) noexcept;
// The same listener's end, before its handle is closed: resets the connections that libuv has accepted and nobody has
// asked for.
void close_listener(Socket& listener) noexcept;

// uv_datagram.cpp
[[nodiscard]] spi::Progress start_receive_from(Socket& socket, spi::AddressedOperation& op) noexcept;
[[nodiscard]] spi::Progress start_send_to(Socket& socket, spi::AddressedOperation& op) noexcept;

// uv_wait.cpp
[[nodiscard]] spi::Progress start_wait(Socket& socket, spi::Operation& op) noexcept;
// An operation of a socket that is polled: tried now, and again when libuv tells.
[[nodiscard]] spi::Progress start_polled(Socket& socket, spi::Operation& op) noexcept;
// Tells libuv what the waiters of a foreign socket, or of one that is polled, want now. 0, or libuv's code.
[[nodiscard]] int watch(Socket& socket) noexcept;

// uv_transfer.cpp
// What libuv may read into now: none without a reader, or when no chunk is to be had.
void offer_buffer(uv_handle_t* handle, std::size_t suggested, uv_buf_t* buffer);
// The pieces of a send, at most largest_submission bytes of them in all.
struct Pieces {
    uv_buf_t buffers[spi::most_buffers];
    unsigned count = 0;
    std::size_t total = 0;

    explicit Pieces(const spi::Operation& op, std::size_t limit) noexcept;
    // The first `size` bytes.
    void copy(std::byte* into, std::size_t size) const noexcept;
};
// Libuv is done with it, whose callback this is: ends the operation, unless that was cancelled before.
void end_outgoing(Outgoing& outgoing, int status) noexcept;
enum class Asking : bool { goes_on, stops };
// Nobody claimed what has come: whether libuv is asked for more. Once is forgiven: in request and response the next
// receive is on its way, and stopping costs two system calls.
[[nodiscard]] Asking unclaimed(Socket& socket) noexcept;

}  // namespace pier::uv
