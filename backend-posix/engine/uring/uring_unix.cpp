// What of Unix-domain sockets is tried in the call, and waits by a poll where that would block.
#include "engine/uring/uring_engine.hpp"

#include <pier/sys/attempt.hpp>

namespace pier::posix {

using spi::AddressedOperation;
using spi::Operation;
using spi::Progress;
using spi::Verb;

// Nothing: it is none of these, and goes to the ring.
// - A connect. Handed over, it would keep a thread of the kernel's where the listener's backlog is full.
// - A datagram. Handed over, one that has to wait for the receiver goes as an empty one in the end. The kernel
// takes its bytes before it finds the receiver's queue full, and has none at its second try (Linux 6.18, measured).
std::optional<Progress> UringEngine::start_unix(Operation& op, UringLane& lane) noexcept {
    if (op.verb != Verb::connect && op.verb != Verb::send_to) return std::nullopt;
    auto& addressed = static_cast<AddressedOperation&>(op);
    const bool by_peer = addressed.endpoint.family() == Family::unspecified;
    if (!(by_peer ? op.descriptor->peer : addressed.endpoint).is_unix()) return std::nullopt;
    const sys::Attempt tried = op.verb == Verb::connect ? sys::connect_start(addressed) : sys::attempt(op);
    if (tried == sys::Attempt::would_block) {
        if (submit_poll(op, lane)) return Progress::parked;
        op.error = Error{Errc::no_buffer_space, 0};
    }
    op.finish(Error(op.error), op.transferred);
    return Progress::finished;
}

}  // namespace pier::posix
