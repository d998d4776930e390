// connect, receive and send.
#include "uv_address.hpp"
#include "uv_error.hpp"
#include "uv_verbs.hpp"

#include <pier/sys/attempt.hpp>

#include <algorithm>
#include <utility>

namespace pier::uv {
namespace {

using spi::Operation;
using spi::Progress;

// The buffer that was lent for a read that brought nothing.
void take_back_chunk(Socket& socket, Operation& op) noexcept {
    if (!op.has(Operation::lend) || op.buffer == nullptr) return;
    socket.engine->chunks().give_back(std::exchange(op.buffer, nullptr));
    op.length = 0;
}

void stop_reading(Socket& socket) noexcept {
    uv_read_stop(&socket.stream);  // always succeeds
    socket.reading = false;
}

// The callback's last step: the socket may be closed when it returns.
void end_receive(Socket& socket, Error error, std::size_t count) noexcept {
    Operation& op = *std::exchange(socket.reader, nullptr);
    socket.unclaimed = 0;
    if (count == 0) take_back_chunk(socket, op);
    socket.engine->end_at_once(socket, op, error, count);
}

// No buffer was offered: nobody receives, or the chunks are all lent.
void on_no_buffer(Socket& socket) noexcept {
    if (socket.reader == nullptr) {
        if (unclaimed(socket) == Asking::stops) stop_reading(socket);
        return;
    }
    stop_reading(socket);
    if (socket.engine->chunks().lent() < spi::ChunkPool::most_chunks) {
        end_receive(socket, Error{Errc::not_enough_memory, 0}, 0);
    } else {
        socket.engine->starve(socket);
    }
}

bool is_without_buffer(const uv_buf_t* buffer) noexcept { return buffer == nullptr || buffer->base == nullptr; }

// On POSIX libuv takes a hang-up after a short read for the end of the stream and reads no more. It may be a reset as
// well, so the next read has to tell. Only the guess comes without the buffer that a read was given.
bool only_guessed(const uv_buf_t* buffer) noexcept {
#ifdef _WIN32
    (void)buffer;
    return false;
#else
    return is_without_buffer(buffer);
#endif
}

void on_end(Socket& socket, const uv_buf_t* buffer) noexcept {
    if (socket.reader == nullptr) return;  // the next receive asks again
    if (!only_guessed(buffer)) return end_receive(socket, {}, 0);
    if (int code = resume_reading(socket); code != 0) end_receive(socket, error_of(code), 0);
}

void on_read(uv_stream_t* stream, ssize_t count, const uv_buf_t* buffer) {
    Socket& socket = Socket::of(stream);
    if (count > 0) return end_receive(socket, {}, static_cast<std::size_t>(count));
    if (count == 0) {  // it would have blocked; libuv waits on
        if (socket.reader != nullptr) take_back_chunk(socket, *socket.reader);
        return;
    }
    if (count == UV_ENOBUFS && is_without_buffer(buffer)) return on_no_buffer(socket);
    stop_reading(socket);
    if (count == UV_EOF) return on_end(socket, buffer);
    socket.ended_by = static_cast<int>(count);
    if (socket.reader != nullptr) end_receive(socket, error_of(socket.ended_by), 0);
}

void on_connected(uv_connect_t* request, int status) { end_outgoing(*static_cast<Outgoing*>(request->data), status); }

#ifdef _WIN32
// The system holds a waiting send and would send it even after a shutdown, and libuv has no call to take it back. So
// this looks under its cover: the OVERLAPPED is where libuv's public header puts it.
bool retract(Outgoing& outgoing) noexcept {
    uv_os_fd_t socket{};
    if (uv_fileno(&outgoing.socket->handle, &socket) != 0) return false;
    outgoing.retracted = true;
    // It fails when the send has ended meanwhile. Either way on_written() tells how.
    CancelIoEx(socket, &outgoing.write.u.io.overlapped);
    return true;
}
std::size_t sent_before(const Outgoing& retracted) noexcept { return retracted.write.u.io.overlapped.InternalHigh; }
#else
// Libuv itself holds a waiting send, out of reach.
bool retract(Outgoing&) noexcept { return false; }
std::size_t sent_before(const Outgoing&) noexcept { return 0; }
#endif

void on_written(uv_write_t* request, int status) {
    auto& outgoing = *static_cast<Outgoing*>(request->data);
    if (status == UV_ECANCELED && !outgoing.retracted) {
        status = UV_ECONNRESET;  // so libuv calls a lost connection on Windows
    } else if (status == UV_ECANCELED && sent_before(outgoing) > 0) {
        outgoing.size = sent_before(outgoing);
        status = 0;
    }
    end_outgoing(outgoing, status);
}

// Decided at once, without libuv, which takes IP addresses alone. It reads and writes any stream socket (the
// documentation of uv_tcp_open).
#ifdef _WIN32
Progress connect_unix(spi::AddressedOperation& op) noexcept {
    return finish(op, Error{Errc::address_family_not_supported, 0});
}
#else
Progress connect_unix(spi::AddressedOperation& op) noexcept {
    if (sys::connect_start(op) == sys::Attempt::done) return finish(op, Error(op.error));
    return finish(op, Error{Errc::operation_would_block, 0});  // only a signal in the middle of it
}
#endif

// Libuv has no call for it. Nothing of this socket waits in libuv, since a stream has one send at a time; nor would
// libuv tell when there is room again.
Progress send_urgent(Operation& op) noexcept {
    if (sys::attempt(op) == sys::Attempt::would_block) return finish(op, Error{Errc::no_buffer_space, 0});
    return finish(op, Error(op.error), op.transferred);
}

}  // namespace

Progress start_connect(Socket& socket, spi::AddressedOperation& op) noexcept {
    if (!op.endpoint.is_complete()) return finish(op, Error{Errc::invalid_argument, 0});
    if (op.endpoint.is_unix()) return connect_unix(op);
    Address address(op.endpoint);
    if (address.get() == nullptr) return finish(op, Error{Errc::address_family_not_supported, 0});
    Outgoing* outgoing = socket.engine->lend_outgoing(socket, 0);
    if (outgoing == nullptr) return finish(op, Error{Errc::not_enough_memory, 0});
    outgoing->connect.data = outgoing;
    if (int code = uv_tcp_connect(&outgoing->connect, &socket.tcp, address.get(), on_connected); code != 0) {
        socket.engine->give_back(*outgoing);
        return finish(op, error_of(code));
    }
    socket.outgoing = outgoing;
    socket.writer = &op;
    return Progress::parked;
}

int resume_reading(Socket& socket) noexcept {
    if (socket.reading) return 0;
    int code = uv_read_start(&socket.stream, offer_buffer, on_read);
    socket.reading = code == 0;
    return code;
}

Progress start_receive(Socket& socket, Operation& op) noexcept {
    if (socket.ended_by != 0) return finish(op, error_of(socket.ended_by));
    // Before the call: libuv may read inside of it where it reads ahead.
    socket.reader = &op;
    if (int code = resume_reading(socket); code != 0) {
        socket.reader = nullptr;
        return finish(op, error_of(code));
    }
    return Progress::parked;
}

Progress start_send(Socket& socket, Operation& op) noexcept {
    if (socket.spoiled) return finish(op, Error{Errc::broken_pipe, 0});
    if (op.has(Operation::urgent)) return send_urgent(op);
    Pieces pieces(op, spi::largest_submission);
    if (pieces.count == 0) return finish(op, {});
    int taken = uv_try_write(&socket.stream, pieces.buffers, pieces.count);
    if (taken > 0) return finish(op, {}, static_cast<std::size_t>(taken));
    if (taken < 0 && taken != UV_EAGAIN) {
        // On Windows libuv calls every write after a failed read a broken pipe; what ended the stream is the read's
        // code.
        return finish(op, error_of(taken == UV_EPIPE && socket.ended_by != 0 ? socket.ended_by : taken));
    }

    std::size_t size = std::min(pieces.total, spi::limits::uv_waiting_piece);
    Outgoing* outgoing = socket.engine->lend_outgoing(socket, size);
    if (outgoing == nullptr) return finish(op, Error{Errc::not_enough_memory, 0});
    pieces.copy(outgoing->data.get(), size);
    outgoing->write.data = outgoing;
    uv_buf_t copy = uv_buf_init(reinterpret_cast<char*>(outgoing->data.get()), static_cast<unsigned>(size));
    if (int code = uv_write(&outgoing->write, &socket.stream, &copy, 1, on_written); code != 0) {
        socket.engine->give_back(*outgoing);
        return finish(op, error_of(code));
    }
    socket.outgoing = outgoing;
    socket.writer = &op;
    return Progress::parked;
}

void cancel_send(Socket& socket) noexcept {
    if (retract(*socket.outgoing)) return;
    Operation& op = *std::exchange(socket.writer, nullptr);
    std::size_t size = socket.outgoing->size;
    std::size_t left = std::min(uv_stream_get_write_queue_size(&socket.stream), size);
    // The rest of the copy may go out behind our back: what followed it would corrupt the stream.
    socket.spoiled = left > 0;
    if (left < size) return socket.engine->end(op, {}, size - left);
    socket.engine->end(op, error_of(UV_ECANCELED), 0);
}

}  // namespace pier::uv
