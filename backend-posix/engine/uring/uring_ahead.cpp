#include "engine/uring/uring_ahead.hpp"

#include "process/error.hpp"
#include "socket/address.hpp"
#include "socket/pieces.hpp"

#include <pier/spi/limits.hpp>
#include <pier/sys/socket.hpp>

#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

namespace pier::posix {

using spi::Operation;
using spi::Progress;
using spi::Verb;

void refuse_connection(int socket) noexcept {
    (void)sys::reset_on_close(native_of(socket));
    close(socket);
}

void AcceptedAhead::add(int socket) noexcept {
    try {
        sockets_.push_back(socket);
    } catch (const std::bad_alloc&) {
        refuse_connection(socket);
    }
}

int AcceptedAhead::take() noexcept {
    if (from_ == sockets_.size()) return -1;
    int socket = sockets_[from_++];
    if (from_ == sockets_.size()) {
        sockets_.clear();
        from_ = 0;
    }
    return socket;
}

void AcceptedAhead::refuse_all() noexcept {
    for (int socket = take(); socket >= 0; socket = take()) refuse_connection(socket);
}

UringPieces::~UringPieces() {
    while (free_ != nullptr) delete std::exchange(free_, free_->next);
}

UringPiece* UringPieces::make(std::byte* chunk, std::uint32_t size) noexcept {
    UringPiece* piece = free_;
    if (piece != nullptr) {
        free_ = piece->next;
    } else {
        piece = new (std::nothrow) UringPiece;
    }
    if (piece != nullptr) *piece = {.chunk = chunk, .begin = 0, .end = size, .next = nullptr};
    return piece;
}

void UringPieces::recycle(UringPiece& piece) noexcept {
    if (piece.chunk != nullptr) chunks_.give_back(piece.chunk);
    piece.next = std::exchange(free_, &piece);
}

Progress ReceivedAhead::serve(Operation& op, UringPieces& pool) noexcept {
    if (first_ == nullptr && input_ == going_on) return Progress::parked;
    if (op.verb == Verb::wait) {
        op.finish();
    } else if (first_ == nullptr) {
        // Told once: the loop remembers what is final, and a socket that was not connected may be so later.
        int input = std::exchange(input_, going_on);
        op.finish(input < 0 ? translate(-input) : Error{});
    } else if (op.has(Operation::lend)) {
        UringPiece& piece = *first_;
        std::uint32_t size = piece.end - piece.begin;
        if (piece.begin != 0) std::memmove(piece.chunk, piece.chunk + piece.begin, size);
        op.buffer = std::exchange(piece.chunk, nullptr);
        op.length = spi::limits::chunk_size;
        drop_first(pool);
        op.finish(size);
    } else {
        op.finish(copy(op, pool));
    }
    return Progress::finished;
}

std::size_t ReceivedAhead::copy(Operation& op, UringPieces& pool) noexcept {
    iovec into[spi::most_buffers];
    std::uint32_t count = collect(op, into);
    std::size_t copied = 0;
    for (std::uint32_t i = 0; i < count && first_ != nullptr; ++i) {
        std::size_t filled = 0;
        while (filled < into[i].iov_len && first_ != nullptr) {
            UringPiece& piece = *first_;
            std::size_t size = std::min<std::size_t>(into[i].iov_len - filled, piece.end - piece.begin);
            std::memcpy(static_cast<std::byte*>(into[i].iov_base) + filled, piece.chunk + piece.begin, size);
            filled += size;
            piece.begin += static_cast<std::uint32_t>(size);
            if (piece.begin == piece.end) drop_first(pool);
        }
        copied += filled;
    }
    return copied;
}

ReceivedAhead::Kept ReceivedAhead::keep(std::byte* chunk, std::uint32_t size, UringPieces& pool) noexcept {
    UringPiece** last = &first_;
    UringPiece* before = nullptr;
    for (; *last != nullptr; last = &before->next) before = *last;
    // What fits goes behind what waits already: a chunk is large, and others need it.
    if (before != nullptr && size <= spi::limits::chunk_size - before->end) {
        std::memcpy(before->chunk + before->end, chunk, size);
        before->end += size;
        pool.give_back(chunk);
        return Kept::yes;
    }
    UringPiece* piece = pool.make(chunk, size);
    if (piece == nullptr) {
        pool.give_back(chunk);
        input_ = -ECONNABORTED;
        return Kept::no;
    }
    *last = piece;
    ++count_;
    return Kept::yes;
}

bool ReceivedAhead::ends_by_reset() const noexcept { return input_ == -ECONNRESET; }

void ReceivedAhead::drop_first(UringPieces& pool) noexcept {
    --count_;
    pool.recycle(*std::exchange(first_, first_->next));
}

void ReceivedAhead::drop(UringPieces& pool) noexcept {
    while (first_ != nullptr) drop_first(pool);
}

}  // namespace pier::posix
