// The short way of a message on completion engines, whose own start is the try. In line in both places that begin one:
// as calls they cost an echo on the engine uv forty instructions a message.
#pragma once

#include <pier/loop.hpp>
#include <pier/spi/descriptor.hpp>

namespace pier {

// Finished by its engine, and nothing follows from it for its stream.
inline bool plainly_received(const spi::Operation& op) noexcept {
    return op.verb == spi::Verb::receive && op.error.condition == Errc::ok && op.transferred > 0 &&
           !op.has(spi::Operation::whole) && op.descriptor != nullptr &&
           op.descriptor->kind == spi::SocketKind::stream && !op.descriptor->closing;
}

inline bool plainly_sent(const spi::Operation& op) noexcept {
    if (op.error.condition != Errc::ok || op.transferred == 0) return false;
    if (!op.has(spi::Operation::whole)) return true;
    return op.transferred == op.length && static_cast<const spi::WholeOperation&>(op).rest == 0;
}

// Whether nothing that start_any() looks at stands in the way.
[[gnu::always_inline]] inline bool Loop::may_start_on_engine(const spi::Operation& op, const spi::Lane& lane,
                                                             Deadline deadline) const noexcept {
    return !lane.settled && lane.first == nullptr && !op.descriptor->closing && budget_operations_ != 0 &&
           deadline.none() && !op.context->stopping();
}

// A send nearly always succeeds at once. What it returns means what start() says.
[[gnu::always_inline]] inline spi::Progress Loop::start_on_engine(spi::Operation& op, spi::Lane& lane) {
    if (park_on_engine(op) == spi::Progress::parked) return suspend(op, {});
    --budget_operations_;
    if (op.error.condition == Errc::ok) spend_bytes(op.transferred);
    if (op.verb == spi::Verb::send ? plainly_sent(op) : plainly_received(op)) {
        lane.first = nullptr;
        op.deliver();
    } else if (finish(op) == spi::Progress::parked) {
        return suspend(op, {});
    }
    ++delivered_;
    return spi::Progress::delivered;
}

}  // namespace pier
