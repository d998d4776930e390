// One try of an operation, without ever blocking.
#include "process/error.hpp"
#include "process/native_handle.hpp"
#include "process/no_broken_pipe_signal.hpp"
#include "process/uninterrupted.hpp"
#include "socket/address.hpp"
#include "socket/pieces.hpp"

#include <pier/spi/descriptor.hpp>
#include <pier/spi/send_file_operation.hpp>
#include <pier/sys/attempt.hpp>

#include <poll.h>
#include <sys/sendfile.h>
#include <cerrno>

namespace pier::sys {
namespace {

using posix::Address;
using posix::descriptor_of;
using posix::uninterrupted;
using spi::AcceptOperation;
using spi::AddressedOperation;
using spi::Operation;
using spi::Verb;

Attempt done(Operation& op, Error error, std::size_t transferred = 0) noexcept {
    op.error = error;
    op.transferred = static_cast<std::uint32_t>(transferred);
    return Attempt::done;
}

// What a transfer call returned. Repeats nothing: EINTR is the caller's loop.
Attempt conclude(Operation& op, ssize_t count) noexcept {
    if (count >= 0) return done(op, {}, static_cast<std::size_t>(count));
    if (errno == EAGAIN || errno == EWOULDBLOCK) return Attempt::would_block;
    return done(op, posix::last_error());
}

// Lives on the stack of one call.
struct Pieces {
    explicit Pieces(const Operation& op) noexcept : count(posix::collect(op, list)) {}
    iovec list[spi::most_buffers];
    std::uint32_t count;
};

msghdr message_of(Pieces& pieces, Address* address, socklen_t length) noexcept {
    msghdr message{};
    message.msg_name = address;
    message.msg_namelen = length;
    message.msg_iov = pieces.list;
    message.msg_iovlen = pieces.count;
    return message;
}

Attempt receive(Operation& op) noexcept {
    Pieces pieces(op);
    msghdr message = message_of(pieces, nullptr, 0);
    int socket = descriptor_of(op.descriptor->socket);
    return conclude(op, uninterrupted([&] { return recvmsg(socket, &message, 0); }));
}

Attempt send(Operation& op) noexcept {
    Pieces pieces(op);
    msghdr message = message_of(pieces, nullptr, 0);
    int socket = descriptor_of(op.descriptor->socket);
    const int flags = op.has(Operation::urgent) ? MSG_NOSIGNAL | MSG_OOB : MSG_NOSIGNAL;
    return conclude(op, uninterrupted([&] { return sendmsg(socket, &message, flags); }));
}

// sendfile(2). A piece that is not in the system's cache is read now, in this thread.
Attempt send_file(spi::SendFileOperation& op) noexcept {
    const int socket = descriptor_of(op.descriptor->socket);
    auto offset = static_cast<off_t>(op.offset);
    // It has no MSG_NOSIGNAL.
    posix::NoBrokenPipeSignal guard;
    const ssize_t count =
        uninterrupted([&] { return sendfile(socket, posix::descriptor_of(op.file), &offset, op.length); });
    if (count < 0 && errno == EPIPE) guard.take();
    const Attempt attempt = conclude(op, count);
    // The socket is open, so it is the file: opened for writing alone.
    if (attempt == Attempt::done && op.error.native == EBADF) op.error.condition = Errc::permission_denied;
    return attempt;
}

// By recvmsg, because only its flags tell of a truncated datagram.
Attempt receive_from(AddressedOperation& op) noexcept {
    int socket = descriptor_of(op.descriptor->socket);
    Address address;
    Pieces pieces(op);
    msghdr message = message_of(pieces, &address, sizeof address);
    Attempt attempt = conclude(op, uninterrupted([&] { return recvmsg(socket, &message, 0); }));
    if (attempt == Attempt::would_block || op.error.condition != Errc::ok) return attempt;
    if ((message.msg_flags & MSG_TRUNC) != 0) op.set(Operation::truncated);
    op.endpoint = posix::from_native(address, message.msg_namelen);
    return attempt;
}

Attempt send_to(AddressedOperation& op) noexcept {
    int socket = descriptor_of(op.descriptor->socket);
    Address address;
    socklen_t length = posix::to_native(op.endpoint, address);
    Pieces pieces(op);
    msghdr message = message_of(pieces, length != 0 ? &address : nullptr, length);
    Attempt attempt = conclude(op, uninterrupted([&] { return sendmsg(socket, &message, MSG_NOSIGNAL); }));
    if (attempt == Attempt::done || !op.endpoint.is_unix()) return attempt;
    // A socket without a peer is writable while its own buffer has room, also when the receiver's queue has none, of
    // which no poll tells (unix(7) has no word of it; Linux, measured). Room may have come since the first try.
    pollfd entry{.fd = socket, .events = POLLOUT, .revents = 0};
    if (poll(&entry, 1, 0) == 0) return attempt;
    attempt = conclude(op, uninterrupted([&] { return sendmsg(socket, &message, MSG_NOSIGNAL); }));
    return attempt == Attempt::done ? attempt : done(op, {Errc::no_buffer_space, EAGAIN});
}

Attempt accept(AcceptOperation& op) noexcept {
    int listener = descriptor_of(op.descriptor->socket);
    // Each round takes one dead connection out of the queue.
    for (int dead = 0; dead < spi::limits::most_dead_connections; ++dead) {
        Address address;
        socklen_t length = sizeof address;
        int socket = accept4(listener, &address.any, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (socket >= 0) {
            op.accepted = spi::Accepted(posix::native_of(socket), posix::from_native(address, length));
            return done(op, {});
        }
        if (errno == EAGAIN || errno == EWOULDBLOCK) return Attempt::would_block;
        if (!posix::is_dead_connection(errno)) return done(op, posix::last_error());
    }
    return done(op, posix::translate(ECONNABORTED));
}

Attempt wait(Operation& op) noexcept {
    pollfd entry{};
    entry.fd = descriptor_of(op.descriptor->socket);
    entry.events = op.has(Operation::urgent) ? POLLPRI : op.has(Operation::waits_writable) ? POLLOUT : POLLIN;
    ssize_t count = uninterrupted([&] { return static_cast<ssize_t>(poll(&entry, 1, 0)); });
    if (count < 0) return done(op, posix::last_error());
    if (count == 0) return Attempt::would_block;
    if ((entry.revents & POLLNVAL) != 0) return done(op, posix::translate(EBADF));
    return done(op, {});
}

Attempt connect_to(int socket, const Endpoint& endpoint, AddressedOperation& op) noexcept {
    Address address;
    socklen_t length = posix::to_native(endpoint, address);
    if (length == 0) return done(op, {Errc::invalid_argument, 0});
    if (connect(socket, &address.any, length) == 0) return done(op, {});
    // connect(2): an interrupted connect goes on by itself, like one in progress.
    if (errno == EINPROGRESS || errno == EINTR) return Attempt::would_block;
    // connect(2): the listener's backlog is full, and there is nothing to wait for.
    if (errno == EAGAIN && endpoint.is_unix()) return done(op, {Errc::connection_refused, EAGAIN});
    // A local address that is not free, or a full table of ephemeral ports on some systems.
    return done(op, posix::last_error());
}

}  // namespace

[[gnu::hot]] Attempt attempt_receive(Operation& op) noexcept {
    for (;;) {
        ssize_t count = recv(descriptor_of(op.descriptor->socket), op.buffer, op.length, 0);
        if (count >= 0) return done(op, {}, static_cast<std::size_t>(count));
        if (errno != EINTR) return conclude(op, count);
    }
}

// Never a SIGPIPE: the error says it.
[[gnu::hot]] Attempt attempt_send(Operation& op) noexcept {
    for (;;) {
        ssize_t count = ::send(descriptor_of(op.descriptor->socket), op.buffer, op.length, MSG_NOSIGNAL);
        if (count >= 0) return done(op, {}, static_cast<std::size_t>(count));
        if (errno != EINTR) return conclude(op, count);
    }
}

Attempt attempt(Operation& op) noexcept {
    switch (op.verb) {
        case Verb::receive:
            return op.has(Operation::vectored) ? receive(op) : attempt_receive(op);
        case Verb::send:
            return (op.flags & (Operation::vectored | Operation::urgent)) != 0 ? send(op) : attempt_send(op);
        case Verb::accept:
            return accept(static_cast<AcceptOperation&>(op));
        case Verb::receive_from:
            return receive_from(static_cast<AddressedOperation&>(op));
        case Verb::send_to:
            return send_to(static_cast<AddressedOperation&>(op));
        case Verb::wait:
            return wait(op);
        case Verb::connect:
            return connect_result(static_cast<AddressedOperation&>(op));
        case Verb::send_file:
            return send_file(static_cast<spi::SendFileOperation&>(op));
        case Verb::none:
            break;
    }
    return done(op, {Errc::invalid_argument, 0});
}

bool sends_files() noexcept { return true; }

Attempt connect_start(AddressedOperation& op) noexcept {
    if (!op.endpoint.is_complete()) return done(op, {Errc::invalid_argument, 0});
    return connect_to(descriptor_of(op.descriptor->socket), op.endpoint, op);
}

Attempt connect_result(AddressedOperation& op) noexcept {
    int socket = descriptor_of(op.descriptor->socket);
    int number = 0;
    socklen_t length = sizeof number;
    if (getsockopt(socket, SOL_SOCKET, SO_ERROR, &number, &length) != 0) return done(op, posix::last_error());
    if (number != 0) return done(op, posix::translate(number));
    // No error may also mean "not yet": only a peer's name proves the connection.
    Address address{};
    length = sizeof address;
    if (getpeername(socket, &address.any, &length) == 0) return done(op, {});
    if (errno != ENOTCONN) return done(op, posix::last_error());
    pollfd entry{.fd = socket, .events = POLLOUT, .revents = 0};
    if (poll(&entry, 1, 0) == 0) return Attempt::would_block;
    // Writable but no longer connected: the peer has reset what was established a moment ago.
    return done(op, posix::translate(ECONNRESET));
}

}  // namespace pier::sys
