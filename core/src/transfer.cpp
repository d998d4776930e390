// The way that nearly every operation of a server takes: a stream's transfer that is tried, succeeds and is delivered.
// A file of its own, so that the rare cases in operations.cpp are calls and cost it no registers.
#include <pier/loop.hpp>

#include "operation_tests.hpp"

#include <pier/spi/poller.hpp>
#include <pier/spi/sys.hpp>

namespace pier {

using spi::Descriptor;
using spi::Direction;
using spi::Lane;
using spi::Operation;
using spi::SocketKind;
using spi::Stage;
using spi::Verb;

// A try of a stream's transfer. A template, so that each of the hot places has a copy of its own in line.
template <Verb verb>
inline Loop::Try Loop::transfer(Operation& op, Descriptor& d, Lane& lane) noexcept {
    if (verb == Verb::receive && op.has(Operation::lend)) {
        op.buffer = chunks_.borrow();
        if (op.buffer == nullptr) [[unlikely]]
            return starve(op);
        op.length = spi::ChunkPool::chunk_size;
    }
    if (sys::attempt(op) == sys::Attempt::would_block) {
        lane.drained = true;
        if (verb == Verb::receive && op.has(Operation::lend)) chunks_.give_back(std::exchange(op.buffer, nullptr));
        return Try::blocked;
    }
    std::uint32_t moved = op.transferred;
    if (op.error.condition != Errc::ok || moved == 0) return Try::ended;
    // Inline work counts in bytes, too.
    if (moved >= budget_bytes_) {
        budget_bytes_ = 0;
        budget_operations_ = 0;
    } else {
        budget_bytes_ -= moved;
    }
    if (moved < size_of(op)) {
        // Less than was asked for: nothing is left, as long as the poller's word and the stream's state allow the
        // conclusion.
        bool concludes = verb == Verb::receive ? traits_.short_receive_drains : traits_.short_send_drains;
        if (concludes && !d.drain_exact) lane.drained = true;
        return op.has(Operation::whole) ? Try::ended : Try::plain;
    }
    if (!op.has(Operation::whole)) return Try::plain;
    return static_cast<spi::WholeOperation&>(op).rest == 0 ? Try::plain : Try::ended;
}

Loop::Try Loop::transfer(Operation& op) noexcept {
    Descriptor& d = *op.descriptor;
    if (op.verb == Verb::send) return transfer<Verb::send>(op, d, d.lane(Direction::write));
    return transfer<Verb::receive>(op, d, d.lane(Direction::read));
}

// The straight ways are kept short here: a send that succeeds at once, and a receive that parks where the poller
// watches already. Everything else takes begin().
bool Loop::start(Operation& op, Deadline deadline) {
    spi::require(op.stage == Stage::idle && current() == this,
                 "an operation was started twice, or on another thread than its loop's");
    ++started_;
    Descriptor* d = op.descriptor;
    if (op.verb == Verb::send && d != nullptr && traits_.speculates) {
        Lane& lane = d->lane(Direction::write);
        bool straight = !lane.settled && !lane.drained && lane.first == nullptr && budget_operations_ != 0;
        if (straight && op.length != 0 && !op.has(Operation::vectored) && !op.context->stopping()) {
            --budget_operations_;
            Try tried = transfer<Verb::send>(op, *d, lane);
            if (tried == Try::plain) {
                op.complete();
                ++delivered_;
                return false;
            }
            if (go_on(op, tried) == Outcome::pending) return pend(op, deadline);
            ++delivered_;
            return false;
        }
    } else if (op.verb == Verb::receive && d != nullptr) {
        Lane& lane = d->lane(Direction::read);
        bool straight = lane.drained && !lane.settled && lane.first == nullptr && (d->interest & spi::input) != 0;
        if (straight && op.has(Operation::lend) && !op.context->stopping()) {
            op.launch();
            lane.first = &op;
            return pend(op, deadline);
        }
    }
    return begin(op, deadline);
}

void Loop::deliver(spi::Queue<Operation>& batch) {
    if (!starved_.empty() && chunks_.lent() < spi::ChunkPool::most_chunks) batch.append(starved_);
    while (Operation* op = batch.pop()) {
        op->clear(Operation::harvested);
        if (op->stage != Stage::in_flight) {
            if (conclude(*op)) resume(*op);
            continue;
        }
        budget_operations_ = inline_operations;
        budget_bytes_ = inline_bytes;
        Descriptor& d = *op->descriptor;
        if (op->verb == Verb::receive && d.kind == SocketKind::stream && !asked_to_end(*op)) {
            Lane& lane = d.lane(Direction::read);
            Try tried = transfer<Verb::receive>(*op, d, lane);
            if (tried == Try::plain && !d.closing) {
                op->complete();
                lane.first = nullptr;
                resume(*op);
            } else if (follow(*op, tried)) {
                resume(*op);
            }
        } else if (asked_to_end(*op)) {
            op->finish(canceled);
            if (conclude(*op)) resume(*op);
        } else if (follow(*op, attempt(*op))) {
            resume(*op);
        }
    }
}

}  // namespace pier
