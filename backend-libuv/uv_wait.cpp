// Waiting for sockets of other owners, by uv_poll, and transfers of pipes and of Unix-domain datagram sockets. Of its
// other sockets libuv doesn't tell: it reads them itself.
#include "uv_address.hpp"
#include "uv_error.hpp"
#include "uv_verbs.hpp"

#include <pier/spi/pipe_start.hpp>
#include <pier/sys/attempt.hpp>

#include <utility>

namespace pier::uv {
namespace {

using spi::Operation;

// On Windows libuv takes UV_PRIORITIZED and never reports it (src/win/poll.c).
#ifdef _WIN32
constexpr bool tells_of_urgent_data = false;
#else
constexpr bool tells_of_urgent_data = true;
#endif

// Ends who waits on one side, if there is something for it. A transfer is tried, and waits on if that would block.
void serve(Socket& socket, Operation*& side) noexcept {
    if (side == nullptr) return;
    const bool is_pipe = socket.kind == spi::SocketKind::pipe;
    Error error;
    std::size_t transferred = 0;
    if (side->verb != spi::Verb::wait) {
        const sys::Attempt tried = is_pipe ? sys::attempt_pipe(*side) : sys::attempt(*side);
        if (tried == sys::Attempt::would_block) return;
        error = side->error;
        transferred = side->transferred;
    }
    Operation& op = *std::exchange(side, nullptr);
    if (is_pipe) socket.lane_of(op).drained = false;
    socket.engine->end(op, error, transferred);
}

void on_ready(uv_poll_t* poll, int status, int events) {
    Socket& socket = Socket::of(poll);
    // A failure is one of the socket: the owner's next call tells.
    if (status < 0) events = UV_READABLE | UV_WRITABLE;
    if ((events & (UV_READABLE | UV_PRIORITIZED)) != 0) serve(socket, socket.reader);
    if ((events & UV_WRITABLE) != 0) serve(socket, socket.writer);
    (void)watch(socket);  // what it could refuse is refused at the start
}

spi::Progress wait_for(Socket& socket, Operation& op, Operation*& side) noexcept {
    side = &op;
    if (int code = watch(socket); code != 0) {
        side = nullptr;
        return finish(op, error_of(code));
    }
    return spi::Progress::parked;
}

}  // namespace

int watch(Socket& socket) noexcept {
    const bool urgent = socket.reader != nullptr && socket.reader->has(Operation::urgent);
    const int reading = urgent ? UV_PRIORITIZED : UV_READABLE;
    int events = (socket.reader != nullptr ? reading : 0) | (socket.writer != nullptr ? UV_WRITABLE : 0);
    return events == 0 ? uv_poll_stop(&socket.poll) : uv_poll_start(&socket.poll, events, on_ready);
}

spi::Progress start_wait(Socket& socket, Operation& op) noexcept {
    if (socket.kind != spi::SocketKind::foreign) return finish(op, Error{Errc::not_supported, 0});
    if (op.has(Operation::urgent) && !tells_of_urgent_data) return finish(op, Error{Errc::not_supported, 0});
    return wait_for(socket, op, op.has(Operation::waits_writable) ? socket.writer : socket.reader);
}

spi::Progress start_polled(Socket& socket, Operation& op) noexcept {
    if (socket.kind == spi::SocketKind::pipe) {
        if (spi::try_pipe(op) == spi::Progress::finished) return spi::Progress::finished;
    } else if (sys::attempt(op) == sys::Attempt::done) {
        return finish(op, Error(op.error), op.transferred);
    }
    const bool sends = op.verb == spi::Verb::send || op.verb == spi::Verb::send_to;
    return wait_for(socket, op, sends ? socket.writer : socket.reader);
}

}  // namespace pier::uv
