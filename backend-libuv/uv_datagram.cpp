// Datagrams: receive_from and send_to.
#include "uv_address.hpp"
#include "uv_error.hpp"
#include "uv_verbs.hpp"

#include <utility>

namespace pier::uv {
namespace {

using spi::AddressedOperation;
using spi::Operation;
using spi::Progress;

void stop_receiving(Socket& socket) noexcept {
    uv_udp_recv_stop(&socket.udp);  // always succeeds
    socket.reading = false;
}

// The task goes on after libuv's callback, not inside as a stream's does: a task that went on in one that told of an
// ICMP message left libuv with a socket that never closed (seen under Wine 8).
void end_receive(Socket& socket, Error error, std::size_t count) noexcept {
    socket.unclaimed = 0;
    socket.engine->end(*std::exchange(socket.reader, nullptr), error, count);
}

// Libuv does not receive into nothing: one byte, which nobody looks at, takes the datagram.
void offer_room(uv_handle_t* handle, std::size_t size, uv_buf_t* buffer) {
    static thread_local char unread;
    offer_buffer(handle, size, buffer);
    const Operation* reader = Socket::of(handle).reader;
    if (reader != nullptr && reader->length == 0) *buffer = uv_buf_init(&unread, 1);
}

void on_datagram(uv_udp_t* udp, ssize_t count, const uv_buf_t* buffer, const sockaddr* from, unsigned flags) {
    Socket& socket = Socket::of(udp);
    if (count == UV_ENOBUFS && (buffer == nullptr || buffer->base == nullptr)) {
        if (unclaimed(socket) == Asking::stops) stop_receiving(socket);
        return;
    }
    if (count == 0 && from == nullptr) return;  // it would have blocked; libuv waits on
    if (count < 0) {
        // An ICMP message, say: the socket lives on, and the next receive starts anew.
        stop_receiving(socket);
        if (socket.reader != nullptr) end_receive(socket, error_of(static_cast<int>(count)), 0);
        return;
    }
    auto& op = static_cast<AddressedOperation&>(*socket.reader);
    op.endpoint = endpoint_of(from);
    auto received = static_cast<std::size_t>(count);
    if ((flags & UV_UDP_PARTIAL) != 0) {
        op.set(Operation::truncated);
        received = buffer->len;  // it is full; Wine leaves the count unset
    }
    if (received > op.length) {
        op.set(Operation::truncated);
        received = op.length;
    }
    end_receive(socket, {}, received);
}

void on_sent(uv_udp_send_t* request, int status) { end_outgoing(*static_cast<Outgoing*>(request->data), status); }

}  // namespace

Progress start_receive_from(Socket& socket, AddressedOperation& op) noexcept {
    socket.reader = &op;
    if (socket.reading) return Progress::parked;
    if (int code = uv_udp_recv_start(&socket.udp, offer_room, on_datagram); code != 0) {
        socket.reader = nullptr;
        return finish(op, error_of(code));
    }
    socket.reading = true;
    return Progress::parked;
}

Progress start_send_to(Socket& socket, AddressedOperation& op) noexcept {
    Pieces pieces(op, spi::largest_submission);
    if (pieces.count == 0) {  // an empty datagram is a datagram
        pieces.buffers[0] = uv_buf_init(nullptr, 0);
        pieces.count = 1;
    }
    Address address(op.endpoint);
    int sent = uv_udp_try_send(&socket.udp, pieces.buffers, pieces.count, address.get());
    if (sent >= 0) return finish(op, {}, static_cast<std::size_t>(sent));
    if (sent != UV_EAGAIN) return finish(op, error_of(sent));

    Outgoing* outgoing = socket.engine->lend_outgoing(socket, pieces.total);
    if (outgoing == nullptr) return finish(op, Error{Errc::not_enough_memory, 0});
    pieces.copy(outgoing->data.get(), pieces.total);
    outgoing->datagram.data = outgoing;
    uv_buf_t copy = uv_buf_init(reinterpret_cast<char*>(outgoing->data.get()), static_cast<unsigned>(pieces.total));
    if (int code = uv_udp_send(&outgoing->datagram, &socket.udp, &copy, 1, address.get(), on_sent); code != 0) {
        socket.engine->give_back(*outgoing);
        return finish(op, error_of(code));
    }
    socket.outgoing = outgoing;
    socket.writer = &op;
    return Progress::parked;
}

}  // namespace pier::uv
