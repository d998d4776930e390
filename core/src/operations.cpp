// The life of an operation in the loop: tried, parked, retried, cancelled, settled.
#include <pier/loop.hpp>

#include <pier/spi/sys.hpp>

#include <algorithm>

namespace pier {
namespace {

using spi::Descriptor;
using spi::Direction;
using spi::Lane;
using spi::Operation;
using spi::SocketKind;
using spi::Stage;
using spi::Verb;

constexpr Error canceled{Errc::operation_canceled, 0};

// Whether a stream is lost for good with this error.
bool terminal(const Error& error) noexcept {
    switch (error.condition) {
        case Errc::connection_reset:
        case Errc::connection_aborted:
        case Errc::broken_pipe:
        case Errc::network_reset: return true;
        case Errc::timed_out: return error.native != 0;  // retransmissions were given up; 0 is a deadline of ours
        default: return false;
    }
}

bool asked_to_end(const Operation& op) noexcept {
    return op.has(Operation::cancel_requested) || op.has(Operation::deadline_passed);
}

std::size_t size_of(const Operation& op) noexcept {
    if (!op.has(Operation::vectored)) return op.length;
    const auto* buffers = reinterpret_cast<const spi::Buffer*>(op.buffer);
    std::size_t sum = 0;
    for (std::uint32_t i = 0; i < op.length; ++i) sum += buffers[i].size;
    return sum;
}

// A receive of nothing. True: it is not the peer's finish, but a reset of which a send has taken the only report.
bool end_reading(Descriptor& d) noexcept {
    Lane& lane = d.lane(Direction::read);
    lane.ended = lane.settled = true;
    if (d.failure == Errc::connection_reset) lane.failed = true;
    return lane.failed;
}

bool is_stream_transfer(const Operation& op) noexcept { return op.verb == Verb::receive || op.verb == Verb::send; }

}  // namespace

// The straight way of a transfer that succeeds at once is kept short; everything else takes begin().
bool Loop::start(Operation& op, Deadline deadline) {
    spi::require(op.stage == Stage::idle, "an operation was started twice");
    spi::require(current() == this, "an operation was started on another thread than its loop's");
    ++started_;
    if (op.context->stopping() || !is_stream_transfer(op) || op.descriptor == nullptr) return begin(op, deadline);
    Lane& lane = op.descriptor->lanes[op.verb == Verb::send ? 1 : 0];
    // Pieces may all be empty.
    bool maybe_empty = (op.length == 0 || op.has(Operation::vectored)) && !op.has(Operation::lend);
    if (lane.settled || lane.first != nullptr || maybe_empty) return begin(op, deadline);
    if (traits_.speculates && lane.drained) {
        if (launch(op) == Outcome::pending) return pend(op, deadline);
        settle(op);
        op.deliver();
        ++delivered_;
        return false;
    }
    if (advance(op) == Outcome::pending) return pend(op, deadline);
    ++delivered_;
    return false;
}

bool Loop::pend(Operation& op, Deadline deadline) noexcept {
    op.context->current = &op;
    if (!deadline.none()) arm(op, deadline);
    return true;
}

bool Loop::begin(Operation& op, Deadline deadline) {
    spi::Context& context = *op.context;
    if (op.verb == Verb::none && (!context.stopping() || op.cancel_hook != nullptr)) {
        op.launch();
        pend(op, deadline);
        if (context.stopping()) cancel(op);  // its hook decides: a join still has to wait
        return true;
    }
    if (context.stopping()) {
        op.finish(canceled);
    } else if (check(op)) {
        Lane& lane = op.descriptor->lane_of(op);
        if (lane.first == nullptr) {
            if (advance(op) == Outcome::pending) return pend(op, deadline);
            ++delivered_;
            return false;
        }
        if (op.descriptor->kind != SocketKind::stream) {
            op.enqueue();
            waiting_.push(op);
            return pend(op, deadline);
        }
        op.finish(Error{Errc::already_in_progress, 0});
    }
    op.deliver();
    ++delivered_;
    return false;
}

// What is known without asking the system. False: the operation has finished.
bool Loop::check(Operation& op) noexcept {
    if (op.descriptor == nullptr) {
        op.finish(Error{Errc::not_connected, 0});
        return false;
    }
    if (!is_stream_transfer(op)) return true;
    Descriptor& d = *op.descriptor;
    if (d.kind != SocketKind::stream) return true;
    if (op.verb == Verb::receive) {
        if (!op.has(Operation::lend) && size_of(op) == 0) {
            op.finish();
        } else if (d.lane(Direction::read).ended) {
            // Said once is said for ever: the systems report a reset or the end once, or forget it.
            if (d.lane(Direction::read).failed) {
                op.finish(d.failure);
            } else if (op.has(Operation::whole)) {
                op.finish(Error{Errc::end_of_stream, 0});
            } else {
                op.finish();
            }
        } else {
            return true;
        }
        return false;
    }
    const Lane& lane = d.lane(Direction::write);
    if (d.failure.condition != Errc::ok) {
        op.finish(d.failure);
    } else if (lane.ended || lane.poisoned) {
        op.finish(Error{Errc::broken_pipe, 0});
    } else if (size_of(op) == 0) {
        op.finish();
    } else {
        return true;
    }
    return false;
}

// Tries as far as the budget goes, then parks. Ended: op is delivered, all but for the ledger.
Loop::Outcome Loop::advance(Operation& op) noexcept {
    Lane& lane = op.descriptor->lane_of(op);
    for (;;) {
        // A drained lane of a readiness engine is parked without a try: its poller will tell.
        bool tries = traits_.speculates && (!lane.drained || op.verb == Verb::connect);
        if ((tries || !traits_.speculates) && budget_operations_ == 0) {
            retry_later(op);
            return Outcome::pending;
        }
        if (tries) {
            --budget_operations_;
            Try tried = attempt_first(op);
            if (tried == Try::plain) {
                op.complete();
                if (lane.first == &op) leave_lane(op);
                return Outcome::ended;
            }
            if (tried == Try::starved) {
                if (op.stage != Stage::in_flight) op.launch();
                lane.first = &op;
                return Outcome::pending;
            }
            if (tried == Try::ended) {
                op.finish(op.error, op.transferred);
                if (continue_whole(op)) continue;
                settle(op);
                op.deliver();
                return Outcome::ended;
            }
        }
        if (launch(op) == Outcome::pending) return Outcome::pending;
        --budget_operations_;
        if (continue_whole(op)) continue;
        settle(op);
        op.deliver();
        return Outcome::ended;
    }
}

Loop::Outcome Loop::launch(Operation& op) noexcept {
    if (op.stage != Stage::in_flight) op.launch();
    Lane& lane = op.descriptor->lane_of(op);
    lane.first = &op;
    return engine_->start(op) == spi::Started::pending ? Outcome::pending : Outcome::ended;
}

// A whole operation whose piece ended by a harvest goes on within the budget.
Loop::Outcome Loop::restart(Operation& op) noexcept {
    op.descriptor->lane_of(op).first = nullptr;
    return advance(op);
}

Loop::Try Loop::attempt_first(Operation& op) noexcept {
    if (op.verb != Verb::connect) return attempt(op);
    auto& connect = static_cast<spi::AddressedOperation&>(op);
    return sys::connect_start(connect) == sys::Attempt::done ? Try::ended : Try::blocked;
}

// One try. Ended: op.error and op.transferred are set. Plain: besides, the operation is complete and there is nothing to settle.
Loop::Try Loop::attempt(Operation& op) noexcept {
    if (op.verb == Verb::connect) {
        auto& connect = static_cast<spi::AddressedOperation&>(op);
        return sys::connect_result(connect) == sys::Attempt::done ? Try::ended : Try::blocked;
    }
    bool lends = op.has(Operation::lend);
    if (lends) {
        op.buffer = chunks_.borrow();
        op.length = spi::ChunkPool::chunk_size;
        if (op.buffer == nullptr) [[unlikely]] {
            if (chunks_.lent() < spi::ChunkPool::most_chunks) {
                op.error = Error{Errc::not_enough_memory, 0};
                op.transferred = 0;
                return Try::ended;
            }
            op.set(Operation::harvested);  // a cancel then only marks it
            starved_.push(op);
            return Try::starved;
        }
    }
    if (sys::attempt(op) == sys::Attempt::would_block) {
        op.descriptor->lane_of(op).drained = true;
        if (lends) chunks_.give_back(std::exchange(op.buffer, nullptr));
        return Try::blocked;
    }
    if (op.error.condition != Errc::ok || op.transferred == 0) return Try::ended;
    spend(op);
    Descriptor& d = *op.descriptor;
    if (d.kind != SocketKind::stream || !is_stream_transfer(op)) return Try::ended;
    bool whole = op.has(Operation::whole);
    bool shorter = op.transferred < size_of(op);
    // Less than was asked for: nothing is left, as long as the poller's word and the stream's state allow the conclusion.
    if (shorter && !d.drain_exact) {
        if (op.verb == Verb::receive ? traits_.short_receive_drains : traits_.short_send_drains) {
            d.lane_of(op).drained = true;
        }
    }
    if (!whole) return Try::plain;
    return !shorter && static_cast<spi::WholeOperation&>(op).rest == 0 ? Try::plain : Try::ended;
}

// Inline work counts in bytes, too.
void Loop::spend(Operation& op) noexcept {
    if (op.transferred < budget_bytes_) {
        budget_bytes_ -= op.transferred;
    } else {
        budget_bytes_ = 0;
        budget_operations_ = 0;
    }
}

// After a piece of a whole operation: true when there is more to do, and op is idle again, set to the next piece.
bool Loop::continue_whole(Operation& op) noexcept {
    if (!op.has(Operation::whole) || op.error.condition != Errc::ok) return false;
    if (op.transferred == 0) {
        if (op.verb == Verb::send) {
            op.error = Error{Errc::unexpected, 0};  // no system takes nothing of something
        } else {
            op.error = end_reading(*op.descriptor) ? op.descriptor->failure : Error{Errc::end_of_stream, 0};
        }
        return false;
    }
    auto& all = static_cast<spi::WholeOperation&>(op);
    std::uint32_t left = op.length - op.transferred;
    if (left == 0 && all.rest == 0) return false;
    if (asked_to_end(op)) {
        op.error = canceled;
        return false;
    }
    std::byte* next = op.buffer + op.transferred;
    op.rearm();
    op.set(Operation::progressed);
    std::size_t more = std::min<std::size_t>(all.rest, spi::largest_submission - left);
    op.buffer = next;
    op.length = left + static_cast<std::uint32_t>(more);
    all.rest -= more;
    return true;
}

// The operation is finished: what it means for the lane, the stream and the result.
void Loop::settle(Operation& op) noexcept {
    if (op.error == Errc::operation_canceled && op.has(Operation::deadline_passed) &&
        !op.has(Operation::cancel_requested)) {
        op.error = Error{Errc::timed_out, 0};
    }
    if (op.descriptor == nullptr) return;  // it waited behind another on a socket that is closed meanwhile
    Descriptor& d = *op.descriptor;
    bool moved_some = op.transferred > 0 || op.has(Operation::progressed);
    if (d.kind == SocketKind::stream && is_stream_transfer(op)) {
        Lane& lane = d.lane_of(op);
        if (op.verb == Verb::send && asked_to_end(op) && moved_some) {
            // A whole one without an error has gone completely.
            bool complete = op.error.condition == Errc::ok && (op.has(Operation::whole) || op.transferred == size_of(op));
            if (!complete) lane.poisoned = lane.settled = true;
        }
        if (terminal(op.error)) {
            if (d.failure.condition == Errc::ok) d.failure = op.error;
            if (op.verb == Verb::receive) lane.ended = lane.failed = lane.settled = true;
            d.lane(Direction::write).settled = true;
        }
        if (op.verb == Verb::receive && op.error.condition == Errc::ok && op.transferred == 0 && end_reading(d)) {
            op.error = d.failure;
        }
    }
    if (op.verb == Verb::connect && op.error.condition == Errc::ok) {
        d.peer = static_cast<spi::AddressedOperation&>(op).endpoint;
    }
    if (op.has(Operation::lend) && op.buffer != nullptr && op.transferred == 0) {
        chunks_.give_back(std::exchange(op.buffer, nullptr));
    }
    if (d.lane_of(op).first == &op) leave_lane(op);
}

void Loop::leave_lane(Operation& op) noexcept {
    Descriptor& d = *op.descriptor;
    d.lane_of(op).first = nullptr;
    if (d.closing) {
        if (!d.busy()) engine_->release(d);
        return;
    }
    if (d.kind == SocketKind::stream || waiting_.empty()) return;
    // The next of this lane, in order. The list is short: it holds only what waits behind another operation.
    spi::Queue<Operation> others;
    bool found = false;
    while (Operation* next = waiting_.pop()) {
        if (!found && next->descriptor == &d && next->lane_direction() == op.lane_direction()) {
            found = true;
            d.lane_of(op).first = next;
            retries_.push(*next);
        } else {
            others.push(*next);
        }
    }
    waiting_.append(others);
}

// No turn without the engine in between: others come first.
void Loop::retry_later(Operation& op) noexcept {
    if (op.stage == Stage::idle) op.enqueue();
    op.descriptor->lane_of(op).first = &op;
    retries_.push(op);
}

void Loop::cancel(Operation& op) noexcept {
    if (op.stage == Stage::queued) {
        bool waits = op.descriptor->lane_of(op).first != &op && waiting_.remove(op);
        if (!op.has(Operation::deadline_passed)) op.set(Operation::cancel_requested);
        if (waits) {
            op.descriptor = nullptr;  // it may be closed before the operation is delivered
            end(op, canceled);
        }
        return;
    }
    if (op.stage != Stage::in_flight) return;
    if (!op.has(Operation::deadline_passed)) op.set(Operation::cancel_requested);
    if (op.has(Operation::harvested)) {
        // A starved one would wait on for its chunk.
        if (starved_.empty() || !starved_.remove(op)) return;
        op.clear(Operation::harvested);
        return end(op, canceled);
    }
    if (op.verb == Verb::none) {
        if (op.cancel_hook != nullptr) return op.cancel_hook(*this, op);
        return end(op, canceled);
    }
    if (op.has(Operation::cancel_told)) return;
    op.set(Operation::cancel_told);
    engine_->cancel(op);
}

void Loop::end(Operation& op, Error error, std::size_t transferred) noexcept {
    ended_.finished(op, error, transferred);
}

Result<Descriptor*> Loop::attach(spi::Accepted&& socket, SocketKind kind) {
    spi::require(current() == this, "a socket was attached on another thread than its loop's");
    return engine_->attach(std::move(socket), kind);
}

void Loop::close(Descriptor& d) noexcept {
    spi::require(current() == this, "a socket was closed on another thread than its loop's");
    if (d.closing) return;
    d.closing = true;
    // Those that wait behind another operation first, or they would be started when it leaves.
    if (d.kind != SocketKind::stream && !waiting_.empty()) {
        spi::Queue<Operation> all(std::move(waiting_));
        while (Operation* op = all.pop()) {
            if (op->descriptor == &d) {
                op->descriptor = nullptr;  // it is gone before the operation is delivered
                end(*op, canceled);
            } else {
                waiting_.push(*op);
            }
        }
    }
    for (Lane& lane : d.lanes) {
        if (lane.first != nullptr) cancel(*lane.first);
    }
    if (!d.busy()) engine_->release(d);
}

}  // namespace pier
