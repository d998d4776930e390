// Listening and accepting. Libuv accepts ahead of us (one connection on POSIX, up to 32 on Windows), then stops until
// uv_accept: that is the backpressure.
#include "uv_address.hpp"
#include "uv_error.hpp"
#include "uv_room.hpp"
#include "uv_verbs.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

namespace pier::uv {
namespace {

using spi::AcceptOperation;
using spi::Progress;

void on_connection(uv_stream_t* stream, int status);

// Of all loops: each may accept one connection at any time.
std::atomic<int> listeners{0};

int listen(Socket& listener) noexcept {
    // On Windows libuv asserts that it is not 0.
    return uv_listen(&listener.stream, std::max(listener.backlog, 1), on_connection);
}

// Libuv accepts on when it is rid of the connection that it holds, and would close the next one, without a word, where
// it finds no descriptor. So it keeps that one until there is room for what every listener may accept meanwhile; the
// others wait in the system's queue.
int room_to_accept_on(const Socket& listener) noexcept {
    if (!listener.engine->crowded()) return 0;
    return room_for(listeners.load(std::memory_order_relaxed));
}

// The next held connection, in a socket of its own. Null: `code` says why, and 0 means that it died and was skipped.
Socket* take_held(Socket& listener, int& code) noexcept {
    code = 0;
    Socket* client = listener.engine->make_stream();
    if (client == nullptr) {
        code = UV_ENOMEM;
        return nullptr;
    }
    --listener.held;
    uv_os_fd_t socket{};
    if (uv_accept(&listener.stream, &client->stream) != 0 || uv_fileno(&client->handle, &socket) != 0) {
        UvEngine::discard(*client);
        return nullptr;
    }
    client->socket = native(socket);
    listener.engine->count(client->socket);
    return client;
}

// finished: the operation was given a connection, or `error` is why not. parked: nobody has connected yet.
Progress serve(Socket& listener, AcceptOperation& op, Error& error) noexcept {
    error = {};
    while (listener.held > 0) {
        int code = room_to_accept_on(listener);
        Socket* client = code == 0 ? take_held(listener, code) : nullptr;
        if (client != nullptr) {
            client->peer = peer_of(client->tcp);
            // A refusal only costs latency.
            if (!client->peer.is_unix()) (void)uv_tcp_nodelay(&client->tcp, 1);
            op.accepted = spi::Accepted(client, &UvEngine::drop, client->peer);
            return Progress::finished;
        }
        if (code != 0) {
            error = error_of(code);
            return Progress::finished;
        }
    }
    return Progress::parked;
}

void on_connection(uv_stream_t* stream, int status) {
    Socket& listener = Socket::of(stream);
    if (status == 0) {
        listener.unclaimed = 0;
        ++listener.held;
        if (listener.reader == nullptr) return;
        Error error;
        auto& op = static_cast<AcceptOperation&>(*listener.reader);
        if (serve(listener, op, error) == Progress::parked) return;
        listener.reader = nullptr;
        listener.engine->end(op, error, 0);
        return;
    }
    if (listener.reader != nullptr) {
        listener.unclaimed = 0;
        listener.engine->end(*std::exchange(listener.reader, nullptr), error_of(status), 0);
    } else if (++listener.unclaimed < spi::limits::uv_accept_failures) {
        uv_sleep(1);
    } else {
        listener.ended_by = status;
        listener.socket = spi::no_socket;
        UvEngine::close(listener);
    }
}

}  // namespace

int open_listener(Socket& listener) noexcept {
    const int code = listen(listener);
    if (code == 0) listeners.fetch_add(1, std::memory_order_relaxed);
    return code;
}

Progress start_accept(Socket& listener, AcceptOperation& op) noexcept {
    Error error;
    if (serve(listener, op, error) == Progress::finished) return finish(op, error);
    if (listener.ended_by != 0) return finish(op, error_of(listener.ended_by));
    // On Windows a failure to make the next socket ends the listening.
    if (uv_is_active(&listener.handle) == 0) {
        if (int code = listen(listener); code != 0) return finish(op, error_of(code));
    }
    listener.reader = &op;
    return Progress::parked;
}

void close_listener(Socket& listener) noexcept {
    listeners.fetch_sub(1, std::memory_order_relaxed);
    while (listener.held > 0) {
        int code = 0;
        Socket* client = take_held(listener, code);
        if (code != 0) return;  // no memory for a handle: closing the listener closes them all the same
        if (client != nullptr) UvEngine::reset(*client);
    }
}

}  // namespace pier::uv
