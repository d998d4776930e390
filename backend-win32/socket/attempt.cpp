// Operations tried once on non-blocking sockets.
#include "process/error.hpp"
#include "socket/address.hpp"
#include "socket/sockets.hpp"

#include <pier/spi/descriptor.hpp>
#include <pier/sys/attempt.hpp>

namespace pier::sys {
namespace {

using namespace win32;
using spi::Operation;
using spi::Verb;

Attempt done(Operation& op, DWORD transferred) noexcept {
    op.error = {};
    op.transferred = transferred;
    return Attempt::done;
}

Attempt done(Operation& op, const Error& error) noexcept {
    op.error = error;
    op.transferred = 0;
    return Attempt::done;
}

Attempt failed(Operation& op, int code) noexcept {
    if (code == WSAEWOULDBLOCK) return Attempt::would_block;
    return done(op, translate(static_cast<DWORD>(code), op));
}

Attempt accept(spi::AcceptOperation& op) noexcept {
    SOCKET listener = native(op.descriptor->socket);
    for (int dead = 0; dead < spi::limits::most_dead_connections; ++dead) {
        RawAddress raw{};
        int length = sizeof raw;
        SOCKET socket = ::accept(listener, &raw.any, &length);
        if (socket == INVALID_SOCKET) {
            int code = ::WSAGetLastError();
            if (is_dead_connection(static_cast<DWORD>(code))) continue;
            return failed(op, code);
        }
        // An accepted socket is inheritable, whatever its listener is, and tied to the listener's event object. Both
        // flags are named, though a new handle has not the other: to set only one, the system is first asked for both.
        (void)::SetHandleInformation(handle(socket), HANDLE_FLAG_INHERIT | HANDLE_FLAG_PROTECT_FROM_CLOSE, 0);
        if (op.descriptor->ties_accepted) (void)::WSAEventSelect(socket, nullptr, 0);
        if (!prepare_accepted(socket)) {
            (void)::closesocket(socket);
            continue;
        }
        op.accepted = spi::Accepted(neutral(socket), from_native(&raw.any, length));
        return done(op, DWORD{0});
    }
    return done(op, Error{Errc::connection_aborted, WSAECONNABORTED});
}

Attempt receive(Operation& op) noexcept {
    Pieces pieces;
    collect(op, pieces);
    DWORD count = 0;
    DWORD flags = 0;
    if (::WSARecv(native(op.descriptor->socket), pieces.array, pieces.count, &count, &flags, nullptr, nullptr) == 0) {
        return done(op, count);
    }
    int code = ::WSAGetLastError();
    if (!is_truncation(static_cast<DWORD>(code))) return failed(op, code);
    op.set(Operation::truncated);
    return done(op, pieces.size);  // Wine 8 reports a count of 0, but the buffer is full
}

Attempt send(Operation& op) noexcept {
    Pieces pieces;
    collect(op, pieces);
    DWORD count = 0;
    const DWORD flags = op.has(Operation::urgent) ? MSG_OOB : 0;
    if (::WSASend(native(op.descriptor->socket), pieces.array, pieces.count, &count, flags, nullptr, nullptr) == 0) {
        return done(op, count);
    }
    return failed(op, ::WSAGetLastError());
}

Attempt receive_from(spi::AddressedOperation& op) noexcept {
    Pieces pieces;
    collect(op, pieces);
    for (int expired = 0; expired < spi::limits::most_expired_datagrams; ++expired) {
        RawAddress raw{};
        int length = sizeof raw;
        DWORD count = 0;
        DWORD flags = 0;
        int code = 0;
        if (::WSARecvFrom(native(op.descriptor->socket), pieces.array, pieces.count, &count, &flags, &raw.any, &length,
                          nullptr, nullptr) != 0) {
            code = ::WSAGetLastError();
            if (code == WSAENETRESET) continue;  // some earlier datagram's time to live ran out: nobody's failure
            if (!is_truncation(static_cast<DWORD>(code))) return failed(op, code);
            op.set(Operation::truncated);
            count = pieces.size;
        }
        op.endpoint = from_native(&raw.any, length);
        return done(op, count);
    }
    return done(op, Error{Errc::network_reset, WSAENETRESET});
}

Attempt send_to(spi::AddressedOperation& op) noexcept {
    if (op.endpoint.family() == Family::unspecified) return send(op);
    if (!op.endpoint.is_complete()) return done(op, Error{Errc::invalid_argument, 0});
    Pieces pieces;
    collect(op, pieces);
    Address to = to_native(op.endpoint);
    DWORD count = 0;
    if (::WSASendTo(native(op.descriptor->socket), pieces.array, pieces.count, &count, 0, &to.raw.any, to.length,
                    nullptr, nullptr) == 0) {
        return done(op, count);
    }
    return failed(op, ::WSAGetLastError());
}

Attempt wait(Operation& op) noexcept {
    auto state = state_of(native(op.descriptor->socket));
    if (!state) return done(op, state.error());
    // Of a connected socket an exception is urgent data.
    if (op.has(Operation::urgent)) return state->failed ? done(op, DWORD{0}) : Attempt::would_block;
    bool ready = op.has(Operation::waits_writable) ? state->writable : state->readable;
    // A connect that failed is nothing else, and the next call says so; urgent data is no reason to call.
    if (!ready && state->failed) {
        ready = may_be_connecting(native(op.descriptor->socket));
    }
    return ready ? done(op, DWORD{0}) : Attempt::would_block;
}

}  // namespace

Attempt attempt_receive(Operation& op) noexcept { return receive(op); }
Attempt attempt_send(Operation& op) noexcept { return send(op); }

Attempt attempt(Operation& op) noexcept {
    switch (op.verb) {
        case Verb::accept:
            return accept(static_cast<spi::AcceptOperation&>(op));
        case Verb::receive:
            return receive(op);
        case Verb::send:
            return send(op);
        case Verb::receive_from:
            return receive_from(static_cast<spi::AddressedOperation&>(op));
        case Verb::send_to:
            return send_to(static_cast<spi::AddressedOperation&>(op));
        case Verb::wait:
            return wait(op);
        case Verb::connect:
            return connect_result(static_cast<spi::AddressedOperation&>(op));
        case Verb::send_file:
        case Verb::none:
            break;
    }
    return done(op, Error{Errc::not_supported, 0});
}

// TransmitFile blocks, or is overlapped.
bool sends_files() noexcept { return false; }

Attempt connect_start(spi::AddressedOperation& op) noexcept {
    auto target = connect_target(op.endpoint);
    if (!target) return done(op, target.error());
    op.endpoint = *target;
    SOCKET socket = native(op.descriptor->socket);
    if (op.descriptor->kind == spi::SocketKind::stream) hasten_refusal(socket, *target);
    Address to = to_native(*target);
    if (::connect(socket, &to.raw.any, to.length) == 0) return done(op, DWORD{0});
    return failed(op, ::WSAGetLastError());
}

// A failed connect shows only in the set of exceptions; WSAPoll doesn't tell at all before Windows 10 2004
// (docs/behaviour.md, connect-refused-readiness).
Attempt connect_result(spi::AddressedOperation& op) noexcept {
    if (op.error.condition != Errc::ok) return done(op, Error(op.error));  // its poller was told
    SOCKET socket = native(op.descriptor->socket);
    auto state = state_of(socket);
    if (!state) return done(op, state.error());
    if (!state->writable && !state->failed) return Attempt::would_block;
    int code = 0;
    int size = sizeof code;
    if (::getsockopt(socket, SOL_SOCKET, SO_ERROR, reinterpret_cast<char*>(&code), &size) != 0) {
        code = ::WSAGetLastError();
    }
    if (code != 0) return done(op, translate(static_cast<DWORD>(code), During::connect));
    if (state->writable) return done(op, DWORD{0});
    return done(op, Error{Errc::connection_refused, 0});
}

}  // namespace pier::sys
