// Waiting for sockets of other owners and for pipes, by uv_poll. Of its own sockets libuv doesn't tell: it reads them
// itself.
#include "uv_address.hpp"
#include "uv_error.hpp"
#include "uv_verbs.hpp"

#include <pier/spi/pipe_start.hpp>

#include <utility>

namespace pier::uv {
namespace {

using spi::Operation;

// A wait ends with the news. A pipe's transfer is tried, and waits on if that would block after all.
void told(Socket& socket, Operation*& side) noexcept {
    if (side == nullptr) return;
    const bool tries = socket.kind == spi::SocketKind::pipe;
    if (tries && sys::attempt_pipe(*side) == sys::Attempt::would_block) return;
    Operation& op = *std::exchange(side, nullptr);
    if (tries) {
        socket.lane_of(op).drained = false;
        socket.engine->end(op, op.error, op.transferred);
    } else {
        socket.engine->end(op, {}, 0);
    }
}

void on_ready(uv_poll_t* poll, int status, int events) {
    Socket& socket = Socket::of(poll);
    // A failure is one of the socket: the owner's next call tells.
    if (status < 0) events = UV_READABLE | UV_WRITABLE;
    if ((events & UV_READABLE) != 0) told(socket, socket.reader);
    if ((events & UV_WRITABLE) != 0) told(socket, socket.writer);
    (void)watch(socket);  // what it could refuse is refused at the start
}

spi::Progress begin_watch(Socket& socket, Operation& op, Operation*& side) noexcept {
    side = &op;
    if (int code = watch(socket); code != 0) {
        side = nullptr;
        return finish(op, error_of(code));
    }
    return spi::Progress::parked;
}

}  // namespace

int watch(Socket& socket) noexcept {
    int events = (socket.reader != nullptr ? UV_READABLE : 0) | (socket.writer != nullptr ? UV_WRITABLE : 0);
    return events == 0 ? uv_poll_stop(&socket.poll) : uv_poll_start(&socket.poll, events, on_ready);
}

spi::Progress start_wait(Socket& socket, Operation& op) noexcept {
    if (socket.kind != spi::SocketKind::foreign) return finish(op, Error{Errc::not_supported, 0});
    return begin_watch(socket, op, op.has(Operation::waits_writable) ? socket.writer : socket.reader);
}

spi::Progress start_pipe(Socket& socket, Operation& op) noexcept {
    if (spi::try_pipe(op) == spi::Progress::finished) return spi::Progress::finished;
    return begin_watch(socket, op, op.verb == spi::Verb::send ? socket.writer : socket.reader);
}

}  // namespace pier::uv
