// Accepting by a multishot entry: armed once, it brings one connection after the other, also between accepts. What
// nobody asked for yet waits in a bounded queue of the listener. A listener that must not accept ahead waits for its
// queue by a poll instead, and the loop accepts.
#include "engine/uring/uring_engine.hpp"
#include "process/error.hpp"

#include <pier/sys/socket.hpp>

#include <sys/socket.h>
#include <unistd.h>
#include <cerrno>

namespace pier::posix {

using spi::AcceptOperation;
using spi::Operation;
using spi::Progress;

bool UringEngine::take_accepted(UringDescriptor& d, AcceptOperation& op) noexcept {
    const int socket = d.accepted.take();
    if (socket < 0) return false;
    // One entry fills one address for all its connections, so the name is asked for here. A peer that has reset already
    // has none.
    Address address{};
    socklen_t length = sizeof address;
    Endpoint peer;
    if (getpeername(socket, &address.any, &length) == 0) peer = from_native(address, length);
    op.accepted = spi::Accepted(native_of(socket), peer);
    return true;
}

Progress UringEngine::start_accept(AcceptOperation& op) noexcept {
    auto& d = static_cast<UringDescriptor&>(*op.descriptor);
    if (take_accepted(d, op)) {
        op.finish();
        return Progress::finished;
    }
    const bool asked = d.entry.never ? wait_to_accept(op, d) : d.entry.armed || arm_accept(d);
    if (!asked) {
        op.finish(Error{Errc::no_buffer_space, 0});
        return Progress::finished;
    }
    return Progress::parked;
}

// Not a plain accept entry: one that is cancelled may have a connection already, which would then be accepted ahead.
bool UringEngine::wait_to_accept(AcceptOperation& op, UringDescriptor& d) noexcept {
    UringLane& lane = d.kernel[static_cast<std::size_t>(op.lane_direction())];
    lane.cancelled = false;
    return submit_poll(op, lane);
}

bool UringEngine::arm_accept(UringDescriptor& d) noexcept {
    io_uring_sqe* sqe = entry();
    if (sqe == nullptr) return false;
    io_uring_prep_multishot_accept(sqe, descriptor_of(d.socket), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    arm(*sqe, d, accept_tag);
    d.entry.full = false;
    return true;
}

void UringEngine::accept_completed(UringDescriptor& d, const io_uring_cqe& cqe, spi::Harvest& harvest) noexcept {
    if ((cqe.flags & IORING_CQE_F_MORE) == 0) disarmed(d);
    if (cqe.res >= 0) {
        if (d.released) {
            refuse_connection(cqe.res);
        } else {
            d.accepted.add(cqe.res);
        }
    }
    if (d.released) return close_when_idle(d);
    if (Operation* waiting = waiting_for_entry(d); waiting != nullptr) {
        auto& op = static_cast<AcceptOperation&>(*waiting);
        if (take_accepted(d, op)) {
            harvest.finished(op, Error{}, 0);
        } else if ((cqe.res == -EMFILE || cqe.res == -ENFILE) && !d.entry.armed && closes_later()) {
            harvest.ready(op);  // the loop makes room, and tries it
        } else if (cqe.res < 0 && cqe.res != -ECANCELED && cqe.res != -EAGAIN && !is_dead_connection(-cqe.res)) {
            // Out of descriptors, mostly: the caller pauses, and its next accept arms again.
            harvest.finished(op, translate(-cqe.res), 0);
        } else if (!d.entry.armed && begin_again(op) == Progress::finished) {
            harvest.finished_already(op);
        }
    } else if (d.entry.armed && !d.entry.full && d.accepted.count() >= spi::limits::uring_accepted) {
        // Nobody asks: the rest waits in the kernel's queue, where it can be refused.
        d.entry.full = ask_to_cancel(&d, accept_tag);
    }
}

}  // namespace pier::posix
