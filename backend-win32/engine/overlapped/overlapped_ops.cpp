#include "engine/overlapped/overlapped_ops.hpp"

#include "engine/overlapped/pipe_ops.hpp"
#include "process/error.hpp"
#include "process/native_handle.hpp"
#include "socket/sockets.hpp"

#include <pier/spi/send_file_operation.hpp>
#include <pier/sys/attempt.hpp>

namespace pier::win32 {
namespace {

using spi::Operation;
using spi::SocketKind;
using spi::Verb;
using Kind = Outcome::Kind;

OverlappedDescriptor& descriptor_of(const Operation& op) noexcept {
    return static_cast<OverlappedDescriptor&>(*op.descriptor);
}

Outcome ended(DWORD transferred) noexcept { return {Kind::ended, {}, transferred}; }
Outcome ended(const Error& error) noexcept { return {Kind::ended, error, 0}; }

bool asked_to_end(const Operation& op) noexcept {
    return op.has(Operation::cancel_requested) || op.has(Operation::deadline_passed);
}

// A receive without a buffer: it ends when there is data and consumes nothing. On a datagram socket it would. A
// stream's receive with a deadline is one, too, since it may have to be cancelled: "the behavior is undefined for
// continued use of a socket that has outstanding operations which were canceled" ("Overlapped I/O and Event Objects");
// of this one no byte can be lost.
bool only_asks(const Operation& op) noexcept {
    if (op.verb == Verb::wait) return true;
    if (op.verb != Verb::receive || op.descriptor->kind != SocketKind::stream) return false;
    return op.has(Operation::bounded) || (op.has(Operation::lend) && op.buffer == nullptr);
}

bool receives_datagrams(const Operation& op) noexcept {
    return (op.verb == Verb::receive || op.verb == Verb::receive_from) && op.descriptor->kind == SocketKind::datagram;
}

// A wait reports no failure; but the system may report a reset only once, and the next receive would see the end of the
// stream.
void latch(OverlappedDescriptor& d, const Error& error) noexcept {
    if (d.kind != SocketKind::stream || d.failure.condition != Errc::ok) return;
    if (error.condition != Errc::connection_reset && error.condition != Errc::timed_out) return;
    d.failure = error;
    d.lane(spi::Direction::read).ended = d.lane(spi::Direction::read).failed = true;
    for (spi::Lane& lane : d.lanes) lane.settled = true;
}

Outcome failed(const Operation& op, DWORD code, DWORD transferred) noexcept {
    OverlappedDescriptor& d = descriptor_of(op);
    // What a cancelled transfer has moved is moved. Of a send nothing promises that this is all that the peer will see,
    // so nothing may follow it.
    const bool sends = op.verb == Verb::send || op.verb == Verb::send_file;
    bool counts = (sends || op.verb == Verb::receive) && !only_asks(op);
    bool asked = asked_to_end(op) && is_cancellation(code);
    if ((asked || code == ERROR_OPERATION_ABORTED) && sends && d.kind == SocketKind::stream) {
        spi::Lane& lane = d.lane(spi::Direction::write);
        lane.poisoned = lane.settled = true;
    }
    if (asked) {
        return counts && transferred > 0 ? ended(transferred) : ended(Error{Errc::operation_canceled, 0});
    }
    // Nobody asked: the run that had begun it has ended, and its thread's calls with it. What has come all the same is
    // the result.
    if (op.lane_direction() == spi::Direction::read && code == ERROR_OPERATION_ABORTED) {
        return counts && transferred > 0 ? ended(transferred) : Outcome{Kind::again, {}, 0};
    }
    // Some earlier datagram's time to live ran out.
    if (op.verb == Verb::receive_from && code == WSAENETRESET) return {Kind::again, translate(code), 0};
    Error error = translate(code, op);
    if (op.verb != Verb::wait) return ended(error);
    latch(d, error);
    return ended(0);
}

// Without the update the socket has no names and can't be shut down (the documentation of ConnectEx). It fails when the
// connection is dead; but who connected is owed it: a dead one says so at the first transfer.
Outcome connected(const Operation& op) noexcept {
    SOCKET socket = native(op.descriptor->socket);
    if (::setsockopt(socket, SOL_SOCKET, SO_UPDATE_CONNECT_CONTEXT, nullptr, 0) == 0) return ended(0);
    auto code = static_cast<DWORD>(::WSAGetLastError());
    return is_dead_connection(code) ? ended(0) : ended(translate(code, During::connect));
}

Outcome received_from(spi::AddressedOperation& op, DWORD transferred) noexcept {
    const SourceRecord& source = *descriptor_of(op).source;
    op.endpoint = from_native(&source.raw.any, source.length);
    return ended(transferred);
}

Outcome succeeded(Operation& op, DWORD transferred) noexcept {
    switch (op.verb) {
        case Verb::connect:
            return connected(op);
        case Verb::receive_from:
            return received_from(static_cast<spi::AddressedOperation&>(op), transferred);
        case Verb::receive:
            if (only_asks(op)) return {Kind::data_there, {}, 0};
            break;
        default:
            break;
    }
    return ended(transferred);
}

// The calls that follow answer 0, or the code of their failure; WSA_IO_PENDING is one.

DWORD code_of(int result) noexcept { return result == 0 ? 0 : static_cast<DWORD>(::WSAGetLastError()); }

DWORD issue_connect(spi::AddressedOperation& op, OverlappedLane& record, const Means& means) noexcept {
    SOCKET socket = native(op.descriptor->socket);
    hasten_refusal(socket, op.endpoint);
    // ConnectEx wants a bound socket. With this option (Windows 10) the port is chosen only at the connect, so that the
    // peers' addresses multiply the number of ports.
    (void)set_integer(socket, SOL_SOCKET, reuse_unicast_port, 1);
    Address local = to_native(Endpoint::any(op.endpoint.family()));
    if (::bind(socket, &local.raw.any, local.length) != 0) {
        DWORD code = code_of(SOCKET_ERROR);
        if (code != WSAEINVAL) return code;  // bound already: also fine
    }
    Address to = to_native(op.endpoint);
    const ProviderFunctions& provider = means.extensions.of(op.endpoint.family());
    return code_of(provider.connect(socket, &to.raw.any, to.length, nullptr, 0, nullptr, &record) ? 0 : SOCKET_ERROR);
}

// The arrays of pieces and the addresses of sends are captured during the call.
DWORD issue_receive(Operation& op, OverlappedLane& record, const Means& means) noexcept {
    static char nothing;
    SOCKET socket = native(op.descriptor->socket);
    DWORD flags = 0;
    if (only_asks(op)) {
        WSABUF empty{0, &nothing};
        return code_of(::WSARecv(socket, &empty, 1, nullptr, &flags, &record, means.routine));
    }
    Pieces pieces;
    collect(op, pieces);
    if (op.verb == Verb::receive) {
        return code_of(::WSARecv(socket, pieces.array, pieces.count, nullptr, &flags, &record, means.routine));
    }
    SourceRecord& source = *descriptor_of(op).source;
    source.length = sizeof source.raw;
    return code_of(::WSARecvFrom(socket, pieces.array, pieces.count, nullptr, &flags, &source.raw.any, &source.length,
                                 &record, means.routine));
}

DWORD issue_send(Operation& op, OverlappedLane& record, const Means& means) noexcept {
    SOCKET socket = native(op.descriptor->socket);
    Pieces pieces;
    collect(op, pieces);
    if (op.verb == Verb::send_to) {
        Address to = to_native(static_cast<spi::AddressedOperation&>(op).endpoint);
        if (to.length != 0) {
            return code_of(::WSASendTo(socket, pieces.array, pieces.count, nullptr, 0, &to.raw.any, to.length, &record,
                                       means.routine));
        }
    }
    const DWORD flags = op.has(Operation::urgent) ? MSG_OOB : 0;
    return code_of(::WSASend(socket, pieces.array, pieces.count, nullptr, flags, &record, means.routine));
}

// At the place in the file that the record names. The file's own buffers are the system's matter, as is how much goes
// at once (the documentation of TransmitFile, nNumberOfBytesPerSend 0).
DWORD issue_send_file(const spi::SendFileOperation& op, OverlappedLane& record, const Means& means) noexcept {
    record.Offset = static_cast<DWORD>(op.offset);
    record.OffsetHigh = static_cast<DWORD>(op.offset >> 32);
    const LPFN_TRANSMITFILE transmit = means.extensions.of(op.descriptor->peer.family()).transmit;
    const BOOL done = transmit(native(op.descriptor->socket), handle_of(op.file), op.length, 0, &record, nullptr, 0);
    return code_of(done ? 0 : SOCKET_ERROR);
}

DWORD issue(Operation& op, OverlappedLane& record, const Means& means) noexcept {
    if (op.descriptor->kind == SocketKind::pipe) return issue_pipe(op, record, means);
    switch (op.verb) {
        case Verb::connect:
            return issue_connect(static_cast<spi::AddressedOperation&>(op), record, means);
        case Verb::send:
        case Verb::send_to:
            return issue_send(op, record, means);
        case Verb::send_file:
            return issue_send_file(static_cast<spi::SendFileOperation&>(op), record, means);
        default:
            return issue_receive(op, record, means);
    }
}

// What ends without the kernel: true, with the outcome.
bool settled_before(Operation& op, const Means& means, Outcome& outcome) noexcept {
    OverlappedDescriptor& d = descriptor_of(op);
    switch (op.verb) {
        case Verb::connect: {
            auto& connect = static_cast<spi::AddressedOperation&>(op);
            auto target = connect_target(connect.endpoint);
            if (target) connect.endpoint = *target;
            if (!target) {
                outcome = ended(target.error());
            } else if (d.kind == SocketKind::datagram) {
                (void)sys::connect_start(connect);  // only sets the peer, at once
                outcome = {Kind::ended, op.error, 0};
            } else {
                return false;
            }
            return true;
        }
        case Verb::send_to: {
            const Endpoint& to = static_cast<spi::AddressedOperation&>(op).endpoint;
            if (to.family() == Family::unspecified || to.is_complete()) return false;
            outcome = ended(Error{Errc::invalid_argument, 0});
            return true;
        }
        case Verb::receive:
            if (!op.has(Operation::lend) || d.kind == SocketKind::stream) return false;
            break;
        case Verb::send_file:
            // Of AF_UNIX the documents say nothing.
            if (transmits_files() && !d.peer.is_unix() && means.extensions.of(d.peer.family()).transmit != nullptr)
                return false;
            break;
        case Verb::none:
            break;
        default:
            return false;
    }
    outcome = ended(Error{Errc::not_supported, 0});
    return true;
}

Outcome meaning(Operation& op, OverlappedLane& record, DWORD code, DWORD transferred) noexcept {
    if (op.descriptor->kind == SocketKind::pipe) return meaning_of_pipe(op, record, code, transferred);
    if (is_truncation(code) && receives_datagrams(op)) {
        op.set(Operation::truncated);
        code = 0;
    }
    // The file has become shorter than it was when the operation began.
    if (op.verb == Verb::send_file && code == ERROR_HANDLE_EOF) return ended(transferred);
    return code == 0 ? succeeded(op, transferred) : failed(op, code, transferred);
}

Outcome begin_once(Operation& op, const Means& means) noexcept {
    OverlappedDescriptor& d = descriptor_of(op);
    OverlappedLane& record = d.record_of(op);
    spi::require(record.op == nullptr, "an overlapped record was used twice");
    static_cast<OVERLAPPED&>(record) = {};
    // With a routine the system leaves it to the caller (the documentation of WSARecv).
    record.op = &op;
    record.hEvent = means.tell_by_routine(record) ? means.context : means.event;
    DWORD code = issue(op, record, means);
    if (code == WSA_IO_PENDING) return {};
    if (!d.silent_success) {
        if (code == 0) return {};
        // Only errors send no notice. A truncated datagram is a warning to the system (80000005): its notice comes all
        // the same, and has the number of bytes. Wine 8 calls a datagram that is too big to be sent so, too.
        bool warning = record.Internal >> 30 == 2;
        if (warning || (is_truncation(code) && receives_datagrams(op))) return {};
    }
    record.op = nullptr;
    return meaning(op, record, code, static_cast<DWORD>(record.InternalHigh));
}

}  // namespace

bool is_overlapped(const Operation& op) noexcept {
    if (op.verb == Verb::accept) return descriptor_of(op).accepts != nullptr;
    if (op.verb == Verb::connect) return !static_cast<const spi::AddressedOperation&>(op).endpoint.is_unix();
    if (op.verb != Verb::wait) return true;
    return op.descriptor->kind == SocketKind::stream && !op.has(Operation::waits_writable);
}

Outcome begin(Operation& op, const Means& means) noexcept {
    Outcome outcome;
    if (settled_before(op, means, outcome)) return outcome;
    // A socket that is told again and again of datagrams that died is not believed for ever.
    for (int i = 0; i < 1 << 16; ++i) {
        outcome = begin_once(op, means);
        if (outcome.kind != Kind::again) return outcome;
    }
    return ended(outcome.error);
}

Outcome conclude(OverlappedLane& record) noexcept {
    spi::require(record.op != nullptr, "the system reported the end of an operation that was not in flight");
    Operation& op = *std::exchange(record.op, nullptr);
    auto transferred = static_cast<DWORD>(record.InternalHigh);
    DWORD code = 0;
    // 0 is STATUS_SUCCESS. Anything else Winsock itself translates best; that needs the open socket.
    if (record.Internal != 0) {
        const SOCKET socket = native(op.descriptor->socket);
        const bool pipe = op.descriptor->kind == SocketKind::pipe;
        DWORD flags = 0;
        const BOOL succeeded = pipe ? ::GetOverlappedResult(handle(socket), &record, &transferred, FALSE)
                                    : ::WSAGetOverlappedResult(socket, &record, &transferred, FALSE, &flags);
        if (!succeeded) {
            code = pipe ? ::GetLastError() : static_cast<DWORD>(::WSAGetLastError());
            transferred = static_cast<DWORD>(record.InternalHigh);
        }
    }
    const Outcome outcome = meaning(op, record, code, transferred);
    // It was under way, and nothing tells how much of it has gone.
    if (op.verb == Verb::send_file && outcome.kind == Kind::ended && outcome.error) {
        spi::Lane& lane = op.descriptor->lane(spi::Direction::write);
        lane.poisoned = lane.settled = true;
    }
    return outcome;
}

Outcome conclude_reported(OverlappedLane& record) noexcept {
    spi::require(record.op != nullptr, "the system reported the end of an operation that was not in flight");
    Operation& op = *std::exchange(record.op, nullptr);
    return meaning(op, record, record.code, static_cast<DWORD>(record.InternalHigh));
}

void request_cancel(Operation& op) noexcept {
    // It fails only when there is nothing to cancel any more (ERROR_NOT_FOUND): then the notice is on its way.
    OverlappedDescriptor& d = descriptor_of(op);
    (void)::CancelIoEx(handle(native(d.socket)), &d.record_of(op));
}

}  // namespace pier::win32
