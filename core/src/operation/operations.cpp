// The life of an operation in the loop: started, attempted, parked, finished, cancelled.
#include <pier/loop.hpp>

#include "engine/engine_start.hpp"
#include "operation/operation_tests.hpp"

#include <pier/detail/wait_list.hpp>
#include <pier/scope.hpp>
#include <pier/spi/pieces_operation.hpp>
#include <pier/sys/attempt.hpp>
#include <pier/sys/socket.hpp>

#include <algorithm>
#include <new>
#include <utility>

namespace pier {
namespace {

using spi::Descriptor;
using spi::Direction;
using spi::Lane;
using spi::Operation;
using spi::Progress;
using spi::SocketKind;
using spi::Stage;
using spi::Verb;

// Whether a stream is lost for good with this error.
bool terminal(const Error& error) noexcept {
    switch (error.condition) {
        case Errc::connection_reset:
        case Errc::connection_aborted:
        case Errc::broken_pipe:
        case Errc::network_reset:
            return true;
        case Errc::timed_out:
            return error.native != 0;  // retransmissions were given up; 0 is a deadline of ours
        default:
            return false;
    }
}

enum class Ending : bool { finish, reset };

// Handles a receive of 0 bytes. Returns reset if the connection was reset and an earlier send has already consumed the
// error; otherwise the peer has finished.
Ending end_reading(Descriptor& d) noexcept {
    Lane& lane = d.lane(Direction::read);
    lane.ended = lane.settled = true;
    if (d.failure == Errc::connection_reset) lane.failed = true;
    return lane.failed ? Ending::reset : Ending::finish;
}

bool is_complete(const Operation& op) noexcept {
    if (op.has(Operation::vectored)) return op.transferred == static_cast<const spi::PiecesOperation&>(op).rest;
    return op.transferred == op.length && static_cast<const spi::WholeOperation&>(op).rest == 0;
}

// Sets `buffer` and `length` to what follows the bytes that were transferred.
void advance(Operation& op) noexcept {
    if (op.has(Operation::vectored)) {
        auto& list = static_cast<spi::PiecesOperation&>(op);
        return list.skip(list, op.transferred);
    }
    auto& all = static_cast<spi::WholeOperation&>(op);
    const std::uint32_t left = op.length - op.transferred;
    const std::size_t more = std::min<std::size_t>(all.rest, spi::largest_submission - left);
    op.buffer += op.transferred;
    op.length = left + static_cast<std::uint32_t>(more);
    all.rest -= more;
}

}  // namespace

// It has its result: the next piece of a whole operation, or its end. A join may go on, too.
Progress Loop::finish(Operation& op) noexcept {
    if (op.verb != Verb::none) {
        // One level deep for each piece, and no more than the budget has.
        if (take_next_piece(op)) return attempt_or_park(op);
        settle(op);
    } else if (op.has(Operation::whole) && static_cast<TaskScope::JoinAwaiter&>(op).goes_on()) {
        return Progress::parked;
    }
    op.deliver();
    return Progress::delivered;
}

// The deadline of an operation has passed that the loop was about to try: what came in time counts, so it is tried
// once.
Progress Loop::attempt_at_deadline(Operation& op) noexcept {
    if (op.stage == Stage::queued && !traits_.speculates) {
        // The engine's own start is the try.
        if (park_on_engine(op) == Progress::finished) return finish(op);
        cancel(op);
        return Progress::parked;
    }
    const Progress attempted = op.stage == Stage::queued ? attempt_first(op) : attempt(op);
    if (attempted == Progress::complete || attempted == Progress::finished) return park_or_finish(op, attempted);
    if (attempted == Progress::parked) {
        starved_.remove(op);
        op.clear(Operation::harvested);
    }
    op.finish(canceled);
    return finish(op);
}

// An operation that has ended without a start. It counts like one that was tried: a task whose operations all end so
// gives way to others, too.
Progress Loop::deliver_unstarted(Operation& op) noexcept {
    if (budget_operations_ > 0) {
        --budget_operations_;
        op.deliver();
        ++delivered_;
        return Progress::delivered;
    }
    op.clear(Operation::whole);  // there is no next piece
    // Until then the socket may be closed by another task; that of a connect is the operation's own.
    if (op.verb != Verb::connect && op.verb != Verb::none) op.descriptor = nullptr;
    op.context->current = &op;
    ended_.finished_already(op);
    return Progress::parked;
}

Progress Loop::start_any(Operation& op, Deadline deadline) {
    spi::Context& context = *op.context;
    // A completion engine is asked once for every message that comes.
    if (op.has(Operation::lend) && !traits_.speculates && op.descriptor != nullptr) {
        Lane& lane = op.descriptor->lane(Direction::read);
        if (may_start_on_engine(op, lane, deadline)) return start_on_engine(op, lane);
    }
    if (op.verb == Verb::none && (!context.stopping() || op.withdraw != nullptr)) {
        op.park();
        suspend(op, deadline);
        if (context.stopping()) cancel(op);  // its hook decides: a join still has to wait
        return Progress::parked;
    }
    if (context.stopping()) {
        op.finish(canceled);
    } else if (!finish_if_known(op)) {
        Lane& lane = op.descriptor->lane_of(op);
        if (lane.first == nullptr) {
            if (!deadline.none()) op.set(Operation::bounded);
            if (attempt_or_park(op) == Progress::parked) return suspend(op, deadline);
            ++delivered_;
            return Progress::delivered;
        }
        if (!spi::is_byte_stream(op.descriptor->kind)) {
            op.enqueue();
            op.descriptor->waiting->lane_of(op).push(op);
            return suspend(op, deadline);
        }
        op.finish(Error{Errc::already_in_progress, 0});
    }
    return deliver_unstarted(op);
}

Progress Loop::start_closed(Operation& op, Deadline deadline) { return op.context->loop->start(op, deadline); }

// Finishes an operation whose result is known without asking the system; whether it did.
bool Loop::finish_if_known(Operation& op) noexcept {
    if (op.descriptor == nullptr) {
        op.finish(Error{Errc::not_connected, 0});
        return true;
    }
    Descriptor& d = *op.descriptor;
    if (d.kind == SocketKind::stream && op.verb == Verb::wait && d.lane_of(op).settled) {
        op.finish();  // what follows is answered at once
        return true;
    }
    if (is_stream_transfer(op) && spi::is_byte_stream(d.kind)) {
        return op.verb == Verb::receive ? finish_receive_if_known(op) : finish_send_if_known(op);
    }
    if (d.lost) op.finish(not_a_socket);
    return d.lost;
}

bool Loop::finish_receive_if_known(Operation& op) noexcept {
    const Descriptor& d = *op.descriptor;
    const Lane& lane = d.lanes[static_cast<std::size_t>(Direction::read)];
    if (!op.has(Operation::lend) && size_of(op) == 0) {
        op.finish();
    } else if (lane.ended) {
        // Said once is said for ever: the systems report a reset or the end once, or forget it.
        const Error end{op.has(Operation::whole) ? Errc::end_of_stream : Errc::ok, 0};
        op.finish(lane.failed ? d.failure : end);
    } else if (lane.poisoned) {
        op.finish(Error{Errc::receive_cut_short, 0});
    } else {
        return false;
    }
    return true;
}

bool Loop::finish_send_if_known(Operation& op) noexcept {
    const Descriptor& d = *op.descriptor;
    const Lane& lane = d.lanes[static_cast<std::size_t>(Direction::write)];
    if (d.failure.condition != Errc::ok) {
        op.finish(d.failure);
    } else if (lane.ended || lane.poisoned) {
        op.finish(Error{Errc::broken_pipe, 0});
    } else if (size_of(op) == 0) {
        op.finish();
    } else {
        return false;
    }
    return true;
}

// Tries as far as the budget goes, then parks.
Progress Loop::attempt_or_park(Operation& op) noexcept {
    // A drained lane of a readiness engine is parked without a try: its poller will tell.
    bool tries = traits_.speculates && (!op.descriptor->lane_of(op).drained || op.verb == Verb::connect);
    if ((tries || !traits_.speculates) && budget_operations_ == 0) {
        park_for_retry(op);
        return Progress::parked;
    }
    if (!tries) return park_or_finish(op, Progress::blocked);
    --budget_operations_;
    return park_or_finish(op, attempt_first(op));
}

// What follows from an attempt, at the start or of a harvested operation.
Progress Loop::park_or_finish(Operation& op, Progress attempted) noexcept {
    switch (attempted) {
        case Progress::complete:
            op.complete();
            if (op.descriptor->lane_of(op).first == &op) leave_lane(op);
            return Progress::delivered;
        case Progress::finished:
            op.finish(op.error, op.transferred);
            break;
        case Progress::blocked:
            if (park_on_engine(op) == Progress::parked) return Progress::parked;
            if (budget_operations_ > 0) --budget_operations_;
            if (op.error.condition == Errc::ok) spend_bytes(op.transferred);
            break;
        default:
            return attempted;  // parked for a chunk
    }
    return finish(op);
}

Progress Loop::park_on_engine(Operation& op) noexcept {
    if (op.stage != Stage::in_flight) op.park();
    op.descriptor->lane_of(op).first = &op;
    return engine_->start(op);
}

Progress Loop::attempt_first(Operation& op) noexcept {
    if (op.verb != Verb::connect) return attempt(op);
    auto& connect = static_cast<spi::AddressedOperation&>(op);
    return sys::connect_start(connect) == sys::Attempt::done ? Progress::finished : Progress::blocked;
}

Progress Loop::attempt(Operation& op) noexcept {
    Descriptor& d = *op.descriptor;
    if (is_stream_transfer(op) && spi::is_byte_stream(d.kind)) {
        return d.kind == SocketKind::pipe ? transfer_pipe(op) : transfer(op);
    }
    if (op.verb == Verb::accept) {
        if (auto room = engine_->room_to_accept(); !room) {
            op.error = room.error();
            op.transferred = 0;
            return Progress::finished;
        }
    }
    sys::Attempt result =
        op.verb == Verb::connect ? sys::connect_result(static_cast<spi::AddressedOperation&>(op)) : sys::attempt(op);
    if (result == sys::Attempt::done) return Progress::finished;
    d.lane_of(op).drained = true;
    return Progress::blocked;
}

// No chunk for a lent receive.
Progress Loop::park_for_chunk(Operation& op) noexcept {
    if (chunks_.lent() < spi::ChunkPool::most_chunks) {
        op.error = Error{Errc::not_enough_memory, 0};
        op.transferred = 0;
        return Progress::finished;
    }
    if (op.stage != Stage::in_flight) op.park();
    op.descriptor->lane_of(op).first = &op;
    op.set(Operation::harvested);  // a cancel then only marks it
    starved_.push(op);
    engine_->rest(op);
    return Progress::parked;
}

// After a piece of a whole operation: whether there is more to do. Then op is idle again, set to the next piece.
bool Loop::take_next_piece(Operation& op) noexcept {
    if (!op.has(Operation::whole) || op.error.condition != Errc::ok) return false;
    if (op.transferred == 0) {
        if (op.verb == Verb::send_file) return false;  // the file has ended
        if (op.verb == Verb::send) {
            op.error = Error{Errc::unexpected, 0};  // no system takes nothing of something
        } else {
            op.error =
                end_reading(*op.descriptor) == Ending::reset ? op.descriptor->failure : Error{Errc::end_of_stream, 0};
        }
        return false;
    }
    if (is_complete(op)) return false;
    advance(op);
    const bool ends = asked_to_end(op);
    if (ends) {
        op.transferred = 0;
        op.error = canceled;
    } else {
        op.rearm();
    }
    op.set(Operation::progressed);
    return !ends;
}

// What a transfer that has finished means for its stream.
void Loop::settle_stream(Operation& op, Descriptor& d) noexcept {
    Lane& lane = d.lane_of(op);
    const bool moved_some = op.transferred > 0 || op.has(Operation::progressed);
    if (op.verb != Verb::receive && asked_to_end(op) && moved_some) {
        // A whole one without an error has gone completely.
        bool all_sent = op.error.condition == Errc::ok && (op.has(Operation::whole) || op.transferred == size_of(op));
        if (!all_sent) lane.poisoned = lane.settled = true;
    }
    // The file failed, not the stream; the peer waits for what can't follow.
    if (op.verb == Verb::send_file && op.error.condition != Errc::ok && moved_some) lane.poisoned = lane.settled = true;
    // The bytes are in a buffer that the caller takes for unfilled.
    bool cut_short = op.verb == Verb::receive && op.has(Operation::whole) && op.error.condition != Errc::ok;
    if (cut_short && moved_some) lane.poisoned = lane.settled = true;
    if (terminal(op.error)) {
        if (d.failure.condition == Errc::ok) d.failure = op.error;
        if (op.verb == Verb::receive) lane.ended = lane.failed = lane.settled = true;
        d.lane(Direction::write).settled = true;
    }
    const bool nothing = op.verb == Verb::receive && op.error.condition == Errc::ok && op.transferred == 0;
    if (nothing && end_reading(d) == Ending::reset) op.error = d.failure;
}

// The operation is finished: what it means for the lane, the stream and the result.
void Loop::settle(Operation& op) noexcept {
    if (op.error == Errc::operation_canceled && op.has(Operation::deadline_passed) &&
        !op.has(Operation::cancel_requested)) {
        op.error = Error{op.has(Operation::no_timer) ? Errc::not_enough_memory : Errc::timed_out, 0};
    }
    if (op.descriptor == nullptr) return;  // it waited behind another on a socket that is closed meanwhile
    Descriptor& d = *op.descriptor;
    if (spi::is_byte_stream(d.kind) && is_stream_transfer(op)) settle_stream(op, d);
    if (op.verb == Verb::connect && op.error.condition == Errc::ok) {
        d.peer = static_cast<spi::AddressedOperation&>(op).endpoint;
    }
    if (op.has(Operation::lend) && op.buffer != nullptr && op.transferred == 0) {
        chunks_.give_back(std::exchange(op.buffer, nullptr));
    }
    if (d.kind == SocketKind::foreign) {
        if (op.error == Errc::operation_canceled && d.lost) op.error = not_a_socket;
        engine_->rest(op);
    }
    if (d.lane_of(op).first == &op) leave_lane(op);
}

void Loop::leave_lane(Operation& op) noexcept {
    Descriptor& d = *op.descriptor;
    d.lane_of(op).first = nullptr;
    if (d.closing) {
        if (!d.busy()) release(d);
        return;
    }
    if (spi::is_byte_stream(d.kind)) return;
    Operation* next = d.waiting->lane_of(op).pop();
    if (next == nullptr) return;
    d.lane_of(op).first = next;
    retries_.push(*next);
}

// No turn without the engine in between: others come first.
void Loop::park_for_retry(Operation& op) noexcept {
    if (op.stage == Stage::idle) op.enqueue();
    op.descriptor->lane_of(op).first = &op;
    retries_.push(op);
}

void Loop::cancel(Operation& op) noexcept {
    if (op.stage == Stage::queued) {
        bool waits = op.descriptor->lane_of(op).first != &op;
        if (!op.has(Operation::deadline_passed)) op.set(Operation::cancel_requested);
        if (waits) {
            op.descriptor->waiting->lane_of(op).remove(op);
            op.descriptor = nullptr;  // it may be closed before the operation is delivered
            end(op, canceled);
        }
        return;
    }
    // A piece of a whole operation has ended and waits for its delivery: no further piece may follow.
    if (op.stage == Stage::finished && op.has(Operation::whole)) op.set(Operation::cancel_requested);
    if (op.stage != Stage::in_flight) return;
    if (!op.has(Operation::deadline_passed)) op.set(Operation::cancel_requested);
    if (op.has(Operation::harvested)) {
        // A starved one would wait on for its chunk.
        if (starved_.empty() || !starved_.remove(op)) return;
        op.clear(Operation::harvested);
        return end(op, canceled);
    }
    if (op.verb == Verb::none) {
        if (op.withdraw != nullptr) return op.withdraw(*this, op, canceled);
        return end(op, canceled);
    }
    if (op.has(Operation::cancel_told)) return;
    op.set(Operation::cancel_told);
    engine_->cancel(op);
}

void Loop::end(Operation& op, Error error, std::size_t transferred) noexcept {
    ended_.finished(op, error, transferred);
}

Result<spi::NativeSocket> Loop::open(Family family, SocketKind kind) {
    auto opened = sys::open(family, kind);
    bool short_of_descriptors = !opened && opened.error() == Errc::too_many_files_open;
    if (short_of_descriptors && engine_->close_released()) opened = sys::open(family, kind);
    return opened;
}

Result<Descriptor*> Loop::attach(spi::Accepted&& socket, SocketKind kind) {
    if (current() != this) refuse_thread("attached");
    const bool may_lose = kind != SocketKind::foreign && !foreign_.empty();
    if (may_lose) [[unlikely]]
        lose_foreign(socket.socket());
    auto attached = engine_->attach(std::move(socket), kind);
    if (attached && !spi::is_byte_stream(kind)) {
        (*attached)->waiting = new (std::nothrow) spi::Waiting;
        if ((*attached)->waiting == nullptr) {
            engine_->release(**attached);
            return fail(Errc::not_enough_memory);
        }
    }
    // Behind an engine's handle the number shows only now.
    if (may_lose && attached) [[unlikely]]
        lose_foreign((*attached)->socket);
    if (attached) {
        ++sockets_;
        (*attached)->drain_exact = (*attached)->peer.is_unix();
    }
    return attached;
}

Result<Descriptor*> Loop::attach_pipe(SystemHandle& pipe) {
    const spi::NativeSocket number{static_cast<std::uintptr_t>(pipe.get())};
    auto attached = attach(spi::Accepted(number), SocketKind::pipe);
    if (attached) (void)pipe.release();
    return attached;
}

Result<void> Loop::let_go(Descriptor& stream) noexcept { return engine_->let_go(stream); }

void Loop::close(Descriptor& d) noexcept {
    if (current() != this) [[unlikely]]
        return close_from_outside(d);
    close_here(d);
}

void Loop::close_here(Descriptor& d) noexcept {
    if (d.closing) return;
    d.closing = true;
    --sockets_;
    // Those that wait behind another operation first, or they would be started when it leaves.
    if (!spi::is_byte_stream(d.kind)) {
        end_waiting(d, canceled);
        delete std::exchange(d.waiting, nullptr);
    }
    for (Lane& lane : d.lanes) {
        if (lane.first != nullptr) cancel(*lane.first);
    }
    if (!d.busy()) release(d);
}

void Loop::end_waiting(const Descriptor& d, Error error) noexcept {
    if (d.waiting == nullptr) return;  // closed already
    for (spi::WaitList& lane : d.waiting->lanes) {
        while (Operation* op = lane.pop()) {
            op->descriptor = nullptr;  // it may be gone before the operation is delivered
            end(*op, error);
        }
    }
}

void Loop::release(Descriptor& d) noexcept {
    if (d.kind == SocketKind::foreign) [[unlikely]] {
        auto found = foreign_.find(d.socket);
        if (found != foreign_.end() && found->second == &d) foreign_.erase(found);
    }
    engine_->release(d);
}

}  // namespace pier
