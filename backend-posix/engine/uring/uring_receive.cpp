// Receiving by a multishot entry: armed once, it brings a stream's data piece by piece, so that a request costs one
// submission, its answer's. What comes before anybody asks waits here, within bounds; a peer that sends more than it is
// asked for gets one receive at a time from then on.
#include "engine/uring/uring_engine.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>

namespace pier::posix {

using spi::Operation;
using spi::Progress;
using spi::SocketKind;
using spi::Verb;

namespace {

bool lends(const Operation& op) noexcept { return op.verb == Verb::receive && op.has(Operation::lend); }

bool wants_input_of_stream(const Operation& op) noexcept {
    return op.descriptor->kind == SocketKind::stream &&
           (op.verb == Verb::receive || (op.verb == Verb::wait && !op.has(Operation::waits_writable)));
}

}  // namespace

// Nothing: the operation needs an entry of its own.
std::optional<Progress> UringEngine::start_receive(Operation& op) noexcept {
    if (!wants_input_of_stream(op)) return std::nullopt;
    auto& d = static_cast<UringDescriptor&>(*op.descriptor);
    if (d.received.serve(op, pieces_) == Progress::finished) return Progress::finished;
    if (d.entry.armed) return Progress::parked;
    if (d.entry.never) return poll_for_receive(op);
    if (!lends(op) || d.entry.full || !multishot_receive_ || chunks_.lent() >= spi::limits::uring_scarce_chunks)
        return std::nullopt;
    io_uring_sqe* sqe = entry();
    if (sqe == nullptr) return std::nullopt;
    io_uring_prep_recv_multishot(sqe, descriptor_of(d.socket), nullptr, 0, 0);
    sqe->flags |= IOSQE_BUFFER_SELECT;
    sqe->buf_group = UringBuffers::group;
    // Data is rarely there already: a first try would only be told so.
    sqe->ioprio |= IORING_RECVSEND_POLL_FIRST;
    arm(*sqe, d, receive_tag);
    d.entry.fresh = true;
    return Progress::parked;
}

// An entry that has taken all data waits for the next wake-up, and a reset that came before has had its own. A shutdown
// wakes whoever waits, and changes nothing else where both directions are shut: what was received can still be taken.
void UringEngine::tell_if_dead(const UringDescriptor& d) noexcept {
    pollfd state{.fd = descriptor_of(d.socket), .events = 0, .revents = 0};
    if (poll(&state, 1, 0) == 1 && (state.revents & POLLHUP) != 0) shutdown(state.fd, SHUT_RD);
}

// As far as the kernel does it soon.
void UringEngine::disarm_receive(UringDescriptor& d) noexcept {
    if (d.entry.armed) (void)ask_to_cancel(&d, receive_tag);
    for (int round = 0; round < spi::limits::uring_closing_rounds && d.entry.armed; ++round) {
        if (!enter(Time::min(), early_)) break;
    }
}

// The kernel tries a receive also when urgent data comes (io_uring/poll.c arms it with EPOLLPRI), passes the byte then,
// and drops it (tcp_recvmsg_locked). A poll for input is not woken by it.
Result<void> UringEngine::keep_urgent(spi::Descriptor& stream) noexcept {
    auto& d = static_cast<UringDescriptor&>(stream);
    if (d.lane(spi::Direction::read).first != nullptr) return fail(Errc::already_in_progress);
    disarm_receive(d);
    if (d.entry.armed) return fail(Errc::already_in_progress);
    if (d.received.has_data()) return fail(Errc::input_waiting);
    d.entry.never = true;
    return {};
}

Progress UringEngine::poll_for_receive(Operation& op) noexcept {
    if (submit_poll(op, static_cast<UringDescriptor&>(*op.descriptor).kernel[0])) return Progress::parked;
    op.finish(Error{Errc::no_buffer_space, 0});
    return Progress::finished;
}

// What the entry has taken can't be given back to the system.
Result<void> UringEngine::let_go(spi::Descriptor& stream) noexcept {
    auto& d = static_cast<UringDescriptor&>(stream);
    disarm_receive(d);
    if (d.entry.armed) return fail(Errc::already_in_progress);
    if (d.received.has_data()) return fail(Errc::input_waiting);
    if (d.received.ends_by_reset()) return fail(Errc::connection_reset);
    return {};
}

void UringEngine::receive_completed(UringDescriptor& d, const io_uring_cqe& cqe, spi::Harvest& harvest) noexcept {
    bool more = (cqe.flags & IORING_CQE_F_MORE) != 0;
    if (!more) disarmed(d);
    std::byte* chunk = (cqe.flags & IORING_CQE_F_BUFFER) != 0 ? buffers_.take(cqe.flags) : nullptr;
    Operation* op = waiting_for_entry(d);
    if (cqe.res > 0) {
        if (d.entry.fresh && (cqe.flags & IORING_CQE_F_SOCK_NONEMPTY) == 0) [[unlikely]] {
            d.entry.fresh = false;
            if (more) tell_if_dead(d);
        }
        if (op != nullptr && lends(*op) && !d.received.has_data()) [[likely]] {
            op->buffer = chunk;
            op->length = spi::ChunkPool::chunk_size;
            return harvest.finished(*op, Error{}, static_cast<std::size_t>(cqe.res));
        }
        if (d.received.keep(chunk, static_cast<std::uint32_t>(cqe.res), pieces_) == ReceivedAhead::Kept::no) {
            shutdown(descriptor_of(d.socket), SHUT_RDWR);  // a stream with a hole would be worse than none
        }
    } else {
        if (chunk != nullptr) chunks_.give_back(chunk);
        bool nothing = cqe.res == -ECANCELED || cqe.res == -EINTR || cqe.res == -ENOBUFS || cqe.res == -EAGAIN;
        if (cqe.res == -EINVAL) {
            multishot_receive_ = false;
        } else if (!nothing) {
            d.received.end(cqe.res);
        }
    }
    if (d.released) return close_when_idle(d);
    if (op == nullptr) {
        if (more && !d.entry.full && d.received.pieces() > spi::limits::uring_chunks_ahead)
            d.entry.full = ask_to_cancel(&d, receive_tag);
    } else if (d.received.serve(*op, pieces_) == Progress::finished) {
        harvest.finished_already(*op);
    } else if (cqe.res == -ENOBUFS && lends(*op)) {
        harvest.ready(*op);  // no chunk in the ring: the loop receives it plainly, with a chunk of its own
    } else if (!more && begin_again(*op) == Progress::finished) {
        harvest.finished_already(*op);
    }
}

}  // namespace pier::posix
