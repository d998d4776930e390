// Transfers of lists of pieces, whole: one send or receive after the other.
#include <pier/stream.hpp>

#include <array>
#include <cstdint>

namespace pier {
namespace {

// What is left of a list, in windows of what one operation takes.
template <class Piece>
class Rest {
public:
    explicit Rest(std::span<const Piece> list) noexcept : list_(list) { skip(0); }

    [[nodiscard]] bool empty() const noexcept { return list_.empty(); }

    // Valid until skip().
    [[nodiscard]] std::span<const Piece> window() noexcept {
        const std::size_t count = std::min<std::size_t>(list_.size(), window_.size());
        for (std::size_t i = 0; i < count; ++i) window_[i] = list_[i];
        window_[0].data += done_;
        window_[0].size -= done_;
        return std::span<const Piece>(window_).first(count);
    }

    void skip(std::size_t bytes) noexcept {
        done_ += bytes;
        while (!list_.empty() && done_ >= list_.front().size) {
            done_ -= list_.front().size;
            list_ = list_.subspan(1);
        }
    }

private:
    std::span<const Piece> list_;
    std::size_t done_ = 0;  // of its first piece
    std::array<Piece, spi::most_buffers> window_;
};

// By a cancel or a deadline of ours: the stream itself is as good as before.
bool given_up(const Error& error) noexcept {
    return error == Errc::operation_canceled || error == Errc::not_enough_memory ||
           (error == Errc::timed_out && error.native == 0);
}

}  // namespace

Task<Result<void>> Stream::send_all(std::span<const ConstBuffer> data, Deadline deadline) const {
    const Deadline until = absolute(deadline);
    Rest<ConstBuffer> rest(data);
    if (rest.empty()) {
        auto nothing = co_await send_all(std::span<const std::byte>(), until);
        co_return nothing;
    }
    for (bool begun = false; !rest.empty(); begun = true) {
        auto sent = co_await send(rest.window(), until);
        if (!sent) {
            if (begun && given_up(sent.error())) cut_short(spi::Direction::write);
            co_return fail(sent.error());
        }
        rest.skip(*sent);
    }
    co_return {};
}

Task<std::expected<void, IncompleteReceive>> Stream::receive_exactly(std::span<const Buffer> into,
                                                                     Deadline deadline) const {
    const Deadline until = absolute(deadline);
    Rest<Buffer> rest(into);
    if (rest.empty()) {
        auto nothing = co_await receive_exactly(std::span<std::byte>(), until);
        co_return nothing;
    }
    std::size_t received = 0;
    while (!rest.empty()) {
        auto got = co_await receive(rest.window(), until);
        if (!got || *got == 0) {
            const Error error = got ? Error{Errc::end_of_stream, 0} : got.error();
            if (received > 0 && given_up(error)) cut_short(spi::Direction::read);
            co_return std::unexpected(IncompleteReceive{error, received});
        }
        received += *got;
        rest.skip(*got);
    }
    co_return {};
}

void Stream::cut_short(spi::Direction direction) const noexcept {
    if (descriptor_ == nullptr) return;  // closed meanwhile
    spi::Lane& lane = descriptor_->lane(direction);
    lane.poisoned = lane.settled = true;
}

}  // namespace pier
