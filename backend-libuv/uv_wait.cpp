// Waiting for sockets of other owners, by uv_poll. Of its own sockets libuv doesn't tell: it reads them itself.
#include "uv_address.hpp"
#include "uv_error.hpp"
#include "uv_verbs.hpp"

#include <utility>

namespace pier::uv {
namespace {

using spi::Operation;

void on_ready(uv_poll_t* poll, int status, int events) {
    Socket& socket = Socket::of(poll);
    // A failure is one of the socket: the owner's next call tells.
    if (status < 0) events = UV_READABLE | UV_WRITABLE;
    if ((events & UV_READABLE) != 0 && socket.reader != nullptr) {
        socket.engine->end(*std::exchange(socket.reader, nullptr), {}, 0);
    }
    if ((events & UV_WRITABLE) != 0 && socket.writer != nullptr) {
        socket.engine->end(*std::exchange(socket.writer, nullptr), {}, 0);
    }
    (void)watch(socket);  // what it could refuse is refused at the start
}

}  // namespace

int watch(Socket& socket) noexcept {
    int events = (socket.reader != nullptr ? UV_READABLE : 0) | (socket.writer != nullptr ? UV_WRITABLE : 0);
    return events == 0 ? uv_poll_stop(&socket.poll) : uv_poll_start(&socket.poll, events, on_ready);
}

spi::Progress start_wait(Socket& socket, Operation& op) noexcept {
    if (socket.kind != spi::SocketKind::foreign) return finish(op, Error{Errc::not_supported, 0});
    Operation*& side = op.has(Operation::waits_writable) ? socket.writer : socket.reader;
    side = &op;
    if (int code = watch(socket); code != 0) {
        side = nullptr;
        return finish(op, error_of(code));
    }
    return spi::Progress::parked;
}

}  // namespace pier::uv
