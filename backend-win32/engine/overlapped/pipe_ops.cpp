#include "engine/overlapped/pipe_ops.hpp"

#include "process/error.hpp"

#include <utility>

namespace pier::win32 {
namespace {

using spi::Operation;
using spi::Verb;
using Kind = Outcome::Kind;

Outcome ended(DWORD transferred) noexcept { return {Kind::ended, {}, transferred}; }
Outcome ended(const Error& error) noexcept { return {Kind::ended, error, 0}; }
constexpr Outcome once_more{Kind::again, {}, 0};

bool asked_to_end(const Operation& op) noexcept {
    return op.has(Operation::cancel_requested) || op.has(Operation::deadline_passed);
}

// The other side has closed.
bool is_alone(DWORD code) noexcept {
    return code == ERROR_BROKEN_PIPE || code == ERROR_NO_DATA || code == ERROR_PIPE_NOT_CONNECTED ||
           code == ERROR_HANDLE_EOF;
}

// The writer has come. It may have gone again (ERROR_NO_DATA): the read that follows tells.
Outcome connected(const Operation& op, DWORD code) noexcept {
    if (asked_to_end(op)) return ended(Error{Errc::operation_canceled, 0});
    const bool come = code == ERROR_SUCCESS || code == ERROR_PIPE_CONNECTED || code == ERROR_NO_DATA;
    // Aborted, and nobody asked: the thread that began it has ended.
    if (come || code == ERROR_OPERATION_ABORTED) return once_more;
    return ended(translate(code));
}

// The system takes a pending read back as a whole, or not at all: what has come is the result.
Outcome received(const Operation& op, DWORD code, DWORD transferred) noexcept {
    if (is_alone(code)) return ended(DWORD{0});
    const bool aborted = code == ERROR_OPERATION_ABORTED;
    if (code != ERROR_SUCCESS && !aborted) return ended(translate(code));
    if (transferred > 0) return ended(transferred);
    if (asked_to_end(op)) return ended(Error{Errc::operation_canceled, 0});
    return once_more;  // a write of nothing, which some programs make, is not the end
}

// Of a write that was taken back nothing promises how much the reader has got, so nothing may follow it.
Outcome sent(const Operation& op, DWORD code, DWORD transferred) noexcept {
    if (code == ERROR_SUCCESS) return ended(transferred);
    if (is_alone(code)) return ended(Error{Errc::connection_reset, static_cast<std::int32_t>(code)});
    if (code != ERROR_OPERATION_ABORTED) return ended(translate(code));
    spi::Lane& lane = op.descriptor->lane(spi::Direction::write);
    lane.poisoned = lane.settled = true;
    return transferred > 0 ? ended(transferred) : ended(Error{Errc::operation_canceled, 0});
}

DWORD code_of(BOOL success) noexcept { return success ? ERROR_SUCCESS : ::GetLastError(); }

DWORD issue_read(const Operation& op, OverlappedLane& record, const Means& means) noexcept {
    const HANDLE pipe = handle(native(op.descriptor->socket));
    if (means.tell_by_routine(record)) {
        return code_of(::ReadFileEx(pipe, op.buffer, op.length, &record, means.pipe_routine));
    }
    return code_of(::ReadFile(pipe, op.buffer, op.length, nullptr, &record));
}

}  // namespace

DWORD issue_pipe(Operation& op, OverlappedLane& record, const Means& means) noexcept {
    const HANDLE pipe = handle(native(op.descriptor->socket));
    if (op.verb == Verb::send) {
        if (means.tell_by_routine(record)) {
            return code_of(::WriteFileEx(pipe, op.buffer, op.length, &record, means.pipe_routine));
        }
        return code_of(::WriteFile(pipe, op.buffer, op.length, nullptr, &record));
    }
    if (op.verb != Verb::receive) return ERROR_NOT_SUPPORTED;
    const DWORD code = issue_read(op, record, means);
    if (code != ERROR_PIPE_LISTENING) return code;
    static_cast<OVERLAPPED&>(record) = {};
    record.connects = true;
    record.hEvent = means.event;
    return code_of(::ConnectNamedPipe(pipe, &record));
}

Outcome meaning_of_pipe(Operation& op, OverlappedLane& record, DWORD code, DWORD transferred) noexcept {
    if (std::exchange(record.connects, false)) return connected(op, code);
    return op.verb == Verb::send ? sent(op, code, transferred) : received(op, code, transferred);
}

}  // namespace pier::win32
