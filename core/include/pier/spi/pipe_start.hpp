// Where a completion engine starts a pipe's transfer on a system whose pipes have readiness.
#pragma once

#include <pier/spi/descriptor.hpp>
#include <pier/sys/attempt.hpp>

namespace pier::spi {

// One try, unless the lane is known to be drained. finished: op has its result. blocked: it has to wait for readiness,
// and whoever hears of that clears Lane::drained. A try costs one call, a way through the kernel's queues more.
inline Progress try_pipe(Operation& op) noexcept {
    Lane& lane = op.descriptor->lane_of(op);
    if (lane.drained) return Progress::blocked;
    if (sys::attempt_pipe(op) == sys::Attempt::would_block) {
        lane.found_empty();
        return Progress::blocked;
    }
    // Less than was asked for: nothing is left, or no room. The end is told as readiness, too.
    if (op.error.condition == Errc::ok && op.transferred > 0 && op.transferred < op.length) {
        if (op.verb == Verb::receive) {
            lane.conclude_from_short_receive();
        } else {
            lane.drained = true;
        }
    }
    op.finish(op.error, op.transferred);
    return Progress::finished;
}

}  // namespace pier::spi
