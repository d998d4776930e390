// Receiving by a multishot entry: armed once, it brings a stream's data piece by piece, so that a request costs one
// submission, its answer's. What comes before anybody asks waits here, within bounds; a peer that sends more than it is
// asked for gets one receive at a time from then on.
#include "engine/uring/uring_engine.hpp"
#include "process/error.hpp"
#include "socket/pieces.hpp"

#include <pier/sys/socket.hpp>

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
    if (take_received(d, op)) return Progress::finished;
    if (d.armed) return Progress::parked;
    if (!lends(op) || d.full || !multishot_receive_ || chunks_.lent() >= spi::limits::uring_scarce_chunks)
        return std::nullopt;
    io_uring_sqe* sqe = entry();
    if (sqe == nullptr) return std::nullopt;
    io_uring_prep_recv_multishot(sqe, descriptor_of(d.socket), nullptr, 0, 0);
    sqe->flags |= IOSQE_BUFFER_SELECT;
    sqe->buf_group = UringBuffers::group;
    // Data is rarely there already: a first try would only be told so.
    sqe->ioprio |= IORING_RECVSEND_POLL_FIRST;
    arm(*sqe, d, receive_tag);
    d.fresh = true;
    return Progress::parked;
}

// Finishes the operation with what is there. False: it has to wait.
bool UringEngine::take_received(UringDescriptor& d, Operation& op) noexcept {
    if (d.pieces == nullptr) {
        if (d.input == UringDescriptor::going_on) return false;
        if (op.verb == Verb::wait) {
            op.finish();
        } else {
            // Told once: the loop remembers what is final, and a socket that was not connected may be so later.
            int input = std::exchange(d.input, UringDescriptor::going_on);
            op.finish(input < 0 ? translate(-input) : Error{});
        }
        return true;
    }
    if (op.verb == Verb::wait) {
        op.finish();
        return true;
    }
    if (op.has(Operation::lend)) {
        UringPiece& piece = *d.pieces;
        std::uint32_t size = piece.end - piece.begin;
        if (piece.begin != 0) std::memmove(piece.chunk, piece.chunk + piece.begin, size);
        op.buffer = std::exchange(piece.chunk, nullptr);
        op.length = spi::ChunkPool::chunk_size;
        drop_first(d);
        op.finish(size);
        return true;
    }
    iovec into[spi::most_buffers];
    std::uint32_t count = collect(op, into);
    std::size_t copied = 0;
    for (std::uint32_t i = 0; i < count && d.pieces != nullptr; ++i) {
        std::size_t filled = 0;
        while (filled < into[i].iov_len && d.pieces != nullptr) {
            UringPiece& piece = *d.pieces;
            std::size_t size = std::min<std::size_t>(into[i].iov_len - filled, piece.end - piece.begin);
            std::memcpy(static_cast<std::byte*>(into[i].iov_base) + filled, piece.chunk + piece.begin, size);
            filled += size;
            piece.begin += static_cast<std::uint32_t>(size);
            if (piece.begin == piece.end) drop_first(d);
        }
        copied += filled;
    }
    op.finish(copied);
    return true;
}

void UringEngine::keep(UringDescriptor& d, std::byte* chunk, std::uint32_t size) noexcept {
    UringPiece** last = &d.pieces;
    UringPiece* before = nullptr;
    for (; *last != nullptr; last = &before->next) before = *last;
    // What fits goes behind what waits already: a chunk is large, and others need it.
    if (before != nullptr && size <= spi::ChunkPool::chunk_size - before->end) {
        std::memcpy(before->chunk + before->end, chunk, size);
        before->end += size;
        return chunks_.give_back(chunk);
    }
    UringPiece* piece = free_pieces_;
    if (piece != nullptr) {
        free_pieces_ = piece->next;
    } else {
        piece = new (std::nothrow) UringPiece;
    }
    if (piece == nullptr) {
        // A stream with a hole would be worse than none.
        chunks_.give_back(chunk);
        shutdown(descriptor_of(d.socket), SHUT_RDWR);
        d.input = -ECONNABORTED;
        return;
    }
    *piece = {.chunk = chunk, .begin = 0, .end = size, .next = nullptr};
    *last = piece;
    ++d.piece_count;
}

void UringEngine::drop_first(UringDescriptor& d) noexcept {
    UringPiece* piece = std::exchange(d.pieces, d.pieces->next);
    --d.piece_count;
    if (piece->chunk != nullptr) chunks_.give_back(piece->chunk);
    piece->next = std::exchange(free_pieces_, piece);
}

// Before the close. A close with unread data resets the connection; the system does not know of what waits here.
void UringEngine::drop_received(UringDescriptor& d) noexcept {
    if (d.pieces == nullptr) return;
    while (d.pieces != nullptr) drop_first(d);
    (void)sys::reset_on_close(d.socket);
}

// An entry that has taken all data waits for the next wake-up, and a reset that came before has had its own. A shutdown
// wakes whoever waits, and changes nothing else where both directions are shut: what was received can still be taken.
void UringEngine::tell_if_dead(const UringDescriptor& d) noexcept {
    pollfd state{.fd = descriptor_of(d.socket), .events = 0, .revents = 0};
    if (poll(&state, 1, 0) == 1 && (state.revents & POLLHUP) != 0) shutdown(state.fd, SHUT_RD);
}

void UringEngine::receive_completed(UringDescriptor& d, const io_uring_cqe& cqe, spi::Harvest& harvest) noexcept {
    bool more = (cqe.flags & IORING_CQE_F_MORE) != 0;
    if (!more) disarmed(d);
    std::byte* chunk = (cqe.flags & IORING_CQE_F_BUFFER) != 0 ? buffers_.take(cqe.flags) : nullptr;
    Operation* op = waiting_for_entry(d);
    if (cqe.res > 0) {
        if (d.fresh && (cqe.flags & IORING_CQE_F_SOCK_NONEMPTY) == 0) [[unlikely]] {
            d.fresh = false;
            if (more) tell_if_dead(d);
        }
        if (op != nullptr && lends(*op) && d.pieces == nullptr) [[likely]] {
            op->buffer = chunk;
            op->length = spi::ChunkPool::chunk_size;
            return harvest.finished(*op, Error{}, static_cast<std::size_t>(cqe.res));
        }
        keep(d, chunk, static_cast<std::uint32_t>(cqe.res));
    } else {
        if (chunk != nullptr) chunks_.give_back(chunk);
        bool nothing = cqe.res == -ECANCELED || cqe.res == -EINTR || cqe.res == -ENOBUFS || cqe.res == -EAGAIN;
        if (cqe.res == -EINVAL) {
            multishot_receive_ = false;
        } else if (!nothing) {
            d.input = cqe.res;
        }
    }
    if (d.released) return close_when_idle(d);
    if (op == nullptr) {
        if (more && !d.full && d.piece_count > spi::limits::uring_chunks_ahead) d.full = ask_to_cancel(&d, receive_tag);
    } else if (take_received(d, *op)) {
        harvest.finished_already(*op);
    } else if (cqe.res == -ENOBUFS && lends(*op)) {
        harvest.ready(*op);  // no chunk in the ring: the loop receives it plainly, with a chunk of its own
    } else if (!more && begin_again(*op) == Progress::finished) {
        harvest.finished_already(*op);
    }
}

}  // namespace pier::posix
