// Transfers of pipes. They have the rules of a stream's, and a short way of their own: in a stream's a question more
// would cost every message of every socket.
#include <pier/loop.hpp>

#include "engine/engine_start.hpp"

#include <pier/sys/attempt.hpp>

namespace pier {

using spi::Lane;
using spi::Operation;
using spi::Progress;
using spi::Verb;

// One try: blocked, finished, or complete where nothing follows from it.
Progress Loop::transfer_pipe(Operation& op) noexcept {
    Lane& lane = op.descriptor->lane_of(op);
    if (sys::attempt_pipe(op) == sys::Attempt::would_block) {
        lane.found_empty();
        return Progress::blocked;
    }
    if (op.error.condition != Errc::ok || op.transferred == 0) return Progress::finished;
    spend_bytes(op.transferred);
    if (op.transferred < op.length) {
        // Nothing is left, or no room; as long as the poller's word allows the conclusion.
        const bool receives = op.verb == Verb::receive;
        const bool concludes = receives ? traits_.short_receive_drains : traits_.short_send_drains;
        if (concludes && !op.descriptor->drain_exact) {
            if (receives) {
                lane.conclude_from_short_receive();
            } else {
                lane.drained = true;
            }
        }
    }
    const bool goes_on = op.has(Operation::whole) &&
                         !(op.transferred == op.length && static_cast<const spi::WholeOperation&>(op).rest == 0);
    return goes_on ? Progress::finished : Progress::complete;
}

Progress Loop::start_pipe(Operation& op, Deadline deadline) {
    claim(op);
    Lane& lane = op.descriptor->lane_of(op);
    if (!traits_.speculates) {
        if (op.length == 0 || !may_start_on_engine(op, lane, deadline)) return start_any(op, deadline);
        return start_on_engine(op, lane);
    }
    const bool straight = !lane.settled && !lane.drained && lane.first == nullptr && budget_operations_ != 0;
    if (!straight || op.length == 0 || op.context->stopping()) return start_any(op, deadline);
    --budget_operations_;
    const Progress attempted = transfer_pipe(op);
    if (attempted == Progress::complete) [[likely]] {
        op.complete();
        ++delivered_;
        return Progress::delivered;
    }
    if (park_or_finish(op, attempted) == Progress::parked) return suspend(op, deadline);
    ++delivered_;
    return Progress::delivered;
}

}  // namespace pier
