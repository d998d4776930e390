// The way that nearly every operation of a server takes: a stream's transfer that is tried, succeeds and is delivered.
// A file of its own, so that the rare cases in operations.cpp are calls and cost it no registers.
#include <pier/loop.hpp>

#include "engine/engine_start.hpp"
#include "operation/operation_tests.hpp"

#include <pier/scope.hpp>
#include <pier/spi/poller.hpp>
#include <pier/sys/attempt.hpp>

namespace pier {

using spi::Descriptor;
using spi::Direction;
using spi::Lane;
using spi::Operation;
using spi::Progress;
using spi::SocketKind;
using spi::Stage;
using spi::Verb;

// A try of a stream's transfer. In line in both hot places: a call each costs an echo a tenth of its instructions.
template <Verb verb, bool one_buffer>
[[gnu::always_inline]] inline Progress Loop::transfer(Operation& op, Descriptor& d, Lane& lane) noexcept {
    if (verb == Verb::receive && op.has(Operation::lend)) {
        op.buffer = chunks_.borrow();
        if (op.buffer == nullptr) [[unlikely]]
            return park_for_chunk(op);
        op.length = spi::ChunkPool::chunk_size;
    }
    sys::Attempt attempt = !one_buffer             ? sys::attempt(op)
                           : verb == Verb::receive ? sys::attempt_receive(op)
                                                   : sys::attempt_send(op);
    if (attempt == sys::Attempt::would_block) [[unlikely]] {
        lane.drained = true;
        if (verb == Verb::receive && op.has(Operation::lend)) chunks_.give_back(std::exchange(op.buffer, nullptr));
        return Progress::blocked;
    }
    std::uint32_t moved = op.transferred;
    if (op.error.condition != Errc::ok || moved == 0) [[unlikely]]
        return Progress::finished;
    spend_bytes(moved);
    if (moved < (one_buffer ? op.length : size_of(op))) {
        // Less than was asked for: nothing is left, as long as the poller's word and the stream's state allow the
        // conclusion.
        bool concludes = verb == Verb::receive ? traits_.short_receive_drains : traits_.short_send_drains;
        // A file that has ended early says nothing of the room there is.
        const bool of_a_file = !one_buffer && op.verb == Verb::send_file;
        if (concludes && !d.drain_exact && !of_a_file) lane.drained = true;
        return op.has(Operation::whole) ? Progress::finished : Progress::complete;
    }
    if (!op.has(Operation::whole)) return Progress::complete;
    if constexpr (!one_buffer) return Progress::finished;  // a list, which may go on
    return static_cast<spi::WholeOperation&>(op).rest == 0 ? Progress::complete : Progress::finished;
}

Progress Loop::transfer(Operation& op) noexcept {
    Descriptor& d = *op.descriptor;
    Lane& lane = d.lane_of(op);
    if (op.verb != Verb::receive) return transfer<Verb::send, false>(op, d, lane);
    return transfer<Verb::receive, false>(op, d, lane);
}

// A send that succeeds at once is kept short here. Everything else takes start_any().
[[gnu::hot]] Progress Loop::start_send(Operation& op, Deadline deadline) {
    claim(op);
    Descriptor* d = op.descriptor;
    Lane& lane = d->lane(Direction::write);
    if (!traits_.speculates) [[unlikely]] {
        if (op.length == 0 || !may_start_on_engine(op, lane, deadline)) return start_any(op, deadline);
        return start_on_engine(op, lane);
    }
    bool straight = !lane.settled && !lane.drained && lane.first == nullptr && budget_operations_ != 0;
    if (!straight || op.length == 0 || op.context->stopping()) [[unlikely]]
        return start_any(op, deadline);
    --budget_operations_;
    const Progress attempted = transfer<Verb::send, true>(op, *d, lane);
    if (attempted == Progress::complete) [[likely]] {
        op.complete();
        ++delivered_;
        return Progress::delivered;
    }
    if (park_or_finish(op, attempted) == Progress::parked) return suspend(op, deadline);
    ++delivered_;
    return Progress::delivered;
}

void Loop::resume(spi::Context& context, std::coroutine_handle<> handle) { run_task(context, handle); }

[[gnu::always_inline]] inline void Loop::run_task(spi::Context& context, std::coroutine_handle<> handle) {
    running_ = &context;
    for (;;) {
        handle.resume();
        if (context.current != nullptr || context.ended) break;
        // Neither an operation nor the end of a child: nobody would resume it.
        if (context.leaf == handle) [[unlikely]]
            refuse_suspension();
        handle = context.leaf;
    }
    running_ = nullptr;
    if (context.ended && context.scope != nullptr) [[unlikely]]
        context.scope->ended(context);
}

// Any harvested operation but a stream's plain receive: parked or delivered.
Progress Loop::finish_harvested(Operation& op) noexcept {
    if (op.stage != Stage::in_flight) {
        if (!plainly_received(op)) return finish(op);
        op.deliver();
        op.descriptor->lane(Direction::read).first = nullptr;
        return Progress::delivered;
    }
    if (!asked_to_end(op)) return park_or_finish(op, attempt(op));
    if (!op.has(Operation::cancel_requested)) return attempt_at_deadline(op);
    op.finish(canceled);
    return finish(op);
}

[[gnu::hot]] void Loop::deliver(spi::Queue<Operation>& batch) {
    if (can_feed_starved()) batch.append(starved_);
    while (Operation* op = batch.pop()) {
        op->clear(Operation::harvested);
        refill_budget();
        Progress progress{};
        bool plain = op->verb == Verb::receive && op->stage == Stage::in_flight && !op->has(Operation::vectored);
        if (plain && !asked_to_end(*op) && op->descriptor->kind == SocketKind::stream) [[likely]] {
            Descriptor& d = *op->descriptor;
            Lane& lane = d.lane(Direction::read);
            progress = transfer<Verb::receive, true>(*op, d, lane);
            if (progress == Progress::complete && !d.closing) [[likely]] {
                op->complete();
                lane.first = nullptr;
                progress = Progress::delivered;
            } else {
                progress = park_or_finish(*op, progress);
            }
        } else {
            progress = finish_harvested(*op);
        }
        if (progress != Progress::delivered) continue;
        spi::Context& context = receiver_of(*op);
        run_task(context, context.leaf);
    }
}

}  // namespace pier
