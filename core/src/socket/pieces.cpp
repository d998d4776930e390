// Transfers of lists of pieces, whole.
#include <pier/spi/pieces_operation.hpp>
#include <pier/stream.hpp>

#include <algorithm>
#include <array>
#include <cstdint>

namespace pier {
namespace {

// The loop goes on from window to window by skip(), so that a close, a cancel or a deadline between two of them means
// what it means within one.
template <class Piece>
class PiecesAwaiter : public spi::SocketAwaiter<spi::PiecesOperation> {
public:
    PiecesAwaiter(Deadline limit, spi::Verb v, const spi::Handle& on, std::span<const Piece> list) noexcept
        : SocketAwaiter(limit, v, on), list_(list) {
        set(whole);
        set(vectored);
        skip = [](PiecesOperation& op, std::uint32_t bytes) noexcept {
            static_cast<PiecesAwaiter&>(op).advance(bytes);
        };
        for (const Piece& piece : list) rest += piece.size;
        size_ = rest;
        advance(0);
    }

    [[nodiscard]] std::size_t moved() const noexcept { return size_ - rest + transferred; }

private:
    void advance(std::uint32_t bytes) noexcept {
        rest -= bytes;
        done_ += bytes;
        while (!list_.empty() && done_ >= list_.front().size) {
            done_ -= list_.front().size;
            list_ = list_.subspan(1);
        }
        const std::size_t count = std::min<std::size_t>(list_.size(), window_.size());
        std::copy_n(list_.begin(), count, window_.begin());
        if (count > 0) {
            window_[0].data += done_;
            window_[0].size -= done_;
        }
        buffer = reinterpret_cast<std::byte*>(window_.data());
        length = static_cast<std::uint32_t>(count);
    }

    std::span<const Piece> list_;
    std::size_t done_ = 0;  // of its first piece
    std::size_t size_ = 0;  // bytes of all
    std::array<Piece, spi::most_buffers> window_;
};

}  // namespace

// Nothing of the stream is used after the await: it may have gone by then.

Task<Result<void>> Stream::send_all(std::span<const ConstBuffer> data, Deadline deadline) const {
    PiecesAwaiter<ConstBuffer> sending(deadline, spi::Verb::send, *this, data);
    auto sent = co_await sending;
    co_return sent;
}

Task<std::expected<void, IncompleteReceive>> Stream::receive_exactly(std::span<const Buffer> into,
                                                                     Deadline deadline) const {
    PiecesAwaiter<Buffer> receiving(deadline, spi::Verb::receive, *this, into);
    auto received = co_await receiving;
    if (!received) co_return std::unexpected(IncompleteReceive{received.error(), receiving.moved()});
    co_return {};
}

}  // namespace pier
