#include <pier/socket/send_file.hpp>

#include <pier/spi/send_file_operation.hpp>
#include <pier/sys/file.hpp>

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

namespace pier {
namespace {

// One call of the system moves at most so much: TransmitFile takes 2^31 - 1 bytes, sendfile somewhat less.
constexpr std::uint32_t largest_piece = 1U << 30;
// Where it has to be read first. More of it lies in memory for every transfer, less costs more changes of threads.
constexpr std::size_t read_piece = 256 * 1024;

// By the system: the loop goes on from piece to piece by skip(), as with a list of buffers.
class SendFileAwaiter : public spi::SocketAwaiter<spi::SendFileOperation> {
public:
    SendFileAwaiter(Deadline limit, const spi::Handle& on, const spi::OpenFile& from, FileRange range) noexcept
        : SocketAwaiter(limit, spi::Verb::send_file, on), size_(range.size), left_(range.size) {
        set(whole);
        set(vectored);
        file = from.handle.get();
        offset = range.offset;
        take_piece();
        skip = [](PiecesOperation& op, std::uint32_t bytes) noexcept {
            auto& self = static_cast<SendFileAwaiter&>(op);
            self.offset += bytes;
            self.left_ -= bytes;
            self.take_piece();
        };
    }

    [[nodiscard]] std::uint64_t sent() const noexcept { return size_ - left_ + transferred; }

private:
    // A file may be larger than what `rest` can hold where a std::size_t has 32 bits. There `rest` says "more than a
    // piece", and so never what a piece has brought, until what is left fits into it.
    void take_piece() noexcept {
        static_assert(largest_piece < std::numeric_limits<std::size_t>::max());
        rest = static_cast<std::size_t>(std::min<std::uint64_t>(left_, std::numeric_limits<std::size_t>::max()));
        length = static_cast<std::uint32_t>(std::min<std::size_t>(rest, largest_piece));
    }

    std::uint64_t size_;
    std::uint64_t left_;  // what skip() has not passed over
};

// Whether the system can't send this file, or by this socket, although it can send others: sendfile(2) says EINVAL.
bool has_to_be_read(const Error& error) noexcept {
    return error == Errc::not_supported || error == Errc::invalid_argument;
}

using Sent = std::expected<std::uint64_t, IncompleteSend>;

Sent incomplete(Error error, std::uint64_t sent) { return std::unexpected(IncompleteSend{error, sent}); }

// Reads a piece, sends it, and so on. A piece that could not be sent leaves the stream closed for sending by itself;
// `poison` does it where a later one could not be read.
Task<Sent> send_by_reading(const Stream& stream, std::shared_ptr<const spi::OpenFile> file, FileRange range,
                           Deadline until) {
    std::vector<std::byte> piece(static_cast<std::size_t>(std::min<std::uint64_t>(range.size, read_piece)));
    const spi::Descriptor* const descriptor = stream.descriptor();
    std::uint64_t sent = 0;
    Error error;
    while (sent < range.size) {
        const std::span some(piece.data(),
                             static_cast<std::size_t>(std::min<std::uint64_t>(range.size - sent, piece.size())));
        spi::FileAwaiter reading(until, spi::FileOperation::Kind::read, file, range.offset + sent, some.data(),
                                 some.size());
        auto read = co_await reading;
        if (!read) {
            error = read.error();
            break;
        }
        if (*read == 0) co_return sent;
        if (stream.descriptor() != descriptor) {
            error = Error{Errc::operation_canceled, 0};
            break;
        }
        auto gone = co_await stream.send_all(some.first(*read), until);
        if (!gone) {
            error = gone.error();
            break;
        }
        sent += *read;
    }
    if (!error) co_return sent;
    if (sent > 0 && stream.descriptor() != nullptr && stream.descriptor() == descriptor) {
        spi::Lane& lane = stream.descriptor()->lane(spi::Direction::write);
        lane.poisoned = lane.settled = true;
    }
    co_return incomplete(error, sent);
}

}  // namespace

Task<Sent> Stream::send_file(const File& file, FileRange range, Deadline deadline) const {
    const auto held = file.shared();  // the file may be closed meanwhile
    if (!valid() || held == nullptr) co_return incomplete(Error{Errc::not_connected, 0}, 0);
    require_here();
    if (!held->readable) co_return incomplete(Error{Errc::permission_denied, 0}, 0);
    auto size = sys::file_size(held->handle.get());
    if (!size) co_return incomplete(size.error(), 0);
    range.size = std::min(range.size, *size - std::min(range.offset, *size));
    const Deadline until = absolute(deadline);
    if (loop()->traits().sends_files && range.size > 0) {
        SendFileAwaiter sending(until, *this, *held, range);
        auto gone = co_await sending;
        if (gone) co_return sending.sent();
        const bool none = sending.sent() == 0 && has_to_be_read(gone.error());
        if (!none || !valid() || descriptor()->lane(spi::Direction::write).settled) {
            co_return incomplete(gone.error(), sending.sent());
        }
    }
    auto sent = co_await send_by_reading(*this, held, range, until);
    co_return sent;
}

}  // namespace pier
