// The lines of a stream, for protocols of text.
#pragma once

#include <pier/bytes/byte_stream.hpp>
#include <pier/result.hpp>
#include <pier/task.hpp>
#include <pier/time.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace pier {

// Reads ahead up to 4 KiB, which it keeps in itself: whoever uses the stream besides it misses what has been read. The
// stream must live longer. One next() at a time; confined to the stream's thread.
template <byte_stream S>
class LineReader {
public:
    // `longest`: bytes of a line, without its end.
    explicit LineReader(S& stream, std::size_t longest = 64 * std::size_t{1024}) noexcept
        : stream_(stream), longest_(longest) {}
    LineReader(const LineReader&) = delete;
    LineReader& operator=(const LineReader&) = delete;

    // The next line without its end ("\n" or "\r\n"); nothing at the end of the stream; a last line needs no end. The
    // deadline counts for the whole line. Errors: timed_out and operation_canceled, which lose nothing; message_size
    // for a line that is too long, now and ever after, since nobody knows where the next one begins; the stream's own.
    // Throws std::bad_alloc, after which the stream is to be closed.
    [[nodiscard]] Task<Result<std::optional<std::string>>> next(Deadline deadline = {}) {
        const Deadline until = absolute(deadline);
        for (;;) {
            if (too_long_) co_return fail(Errc::message_size);
            if (take()) {
                if (line_.ends_with('\r')) line_.pop_back();
                too_long_ = line_.size() > longest_;
                if (!too_long_) co_return std::exchange(line_, {});
                continue;
            }
            // A return may be half of the line's end, which does not make it longer.
            too_long_ = line_.size() > longest_ && line_.size() - longest_ > 1;
            if (too_long_) continue;
            if (ended_) {
                if (line_.empty()) co_return std::nullopt;
                too_long_ = line_.size() > longest_;
                if (!too_long_) co_return std::exchange(line_, {});
                continue;
            }
            auto got = co_await stream_.receive(std::span<std::byte>(buffer_), until);
            if (!got) co_return fail(got.error());
            begin_ = 0;
            end_ = *got;
            ended_ = *got == 0;
        }
    }

private:
    // Moves what has come to the line. Returns whether the line is complete now.
    bool take() {
        const auto* from = reinterpret_cast<const char*>(buffer_.data());
        const char* found = std::find(from + begin_, from + end_, '\n');
        const bool complete = found != from + end_;
        line_.append(from + begin_, found);
        begin_ = static_cast<std::size_t>(found - from) + (complete ? 1 : 0);
        return complete;
    }

    S& stream_;
    const std::size_t longest_;
    std::string line_;  // that has not ended yet
    std::array<std::byte, 4096> buffer_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    bool ended_ = false;
    bool too_long_ = false;
};

}  // namespace pier
