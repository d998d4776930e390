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

namespace {

template <Verb verb>
sys::Attempt attempt_transfer(Operation& op) noexcept {
    if (op.has(Operation::vectored)) [[unlikely]]
        return sys::attempt(op);
    return verb == Verb::receive ? sys::attempt_receive(op) : sys::attempt_send(op);
}

}  // namespace

// A try of a stream's transfer. In line in both hot places: a call each costs an echo a tenth of its instructions.
template <Verb verb>
[[gnu::always_inline]] inline Loop::Try Loop::transfer(Operation& op, Descriptor& d, Lane& lane) noexcept {
    if (verb == Verb::receive && op.has(Operation::lend)) {
        op.buffer = chunks_.borrow();
        if (op.buffer == nullptr) [[unlikely]]
            return starve(op);
        op.length = spi::ChunkPool::chunk_size;
    }
    if (attempt_transfer<verb>(op) == sys::Attempt::would_block) {
        lane.drained = true;
        if (verb == Verb::receive && op.has(Operation::lend)) chunks_.give_back(std::exchange(op.buffer, nullptr));
        return Try::blocked;
    }
    std::uint32_t moved = op.transferred;
    if (op.error.condition != Errc::ok || moved == 0) return Try::ended;
    spend_bytes(moved);
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

// A send that succeeds at once is kept short here. Everything else takes begin().
bool Loop::start_send(Operation& op, Deadline deadline) {
    claim(op);
    Descriptor* d = op.descriptor;
    if (d == nullptr || !traits_.speculates) return begin(op, deadline);
    Lane& lane = d->lane(Direction::write);
    bool straight = !lane.settled && !lane.drained && lane.first == nullptr && budget_operations_ != 0;
    if (!straight || op.length == 0 || op.context->stopping()) return begin(op, deadline);
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

// Any harvested operation but a stream's receive. True: it is delivered, all but for the ledger.
bool Loop::deliver_other(Operation& op) noexcept {
    if (op.stage != Stage::in_flight) return conclude(op);
    if (!asked_to_end(op)) return follow(op, attempt(op));
    op.finish(canceled);
    return conclude(op);
}

void Loop::deliver(spi::Queue<Operation>& batch) {
    if (!starved_.empty() && chunks_.lent() < spi::ChunkPool::most_chunks) batch.append(starved_);
    while (Operation* op = batch.pop()) {
        op->clear(Operation::harvested);
        refill_budget();
        bool over = false;
        bool ready = op->stage == Stage::in_flight && op->verb == Verb::receive && !asked_to_end(*op);
        if (ready && op->descriptor->kind == SocketKind::stream) {
            Descriptor& d = *op->descriptor;
            Lane& lane = d.lane(Direction::read);
            Try tried = transfer<Verb::receive>(*op, d, lane);
            if (tried == Try::plain && !d.closing) {
                op->complete();
                lane.first = nullptr;
                over = true;
            } else {
                over = follow(*op, tried);
            }
        } else {
            over = deliver_other(*op);
        }
        if (over) resume(*op);
    }
}

}  // namespace pier
