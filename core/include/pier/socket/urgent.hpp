// TCP's urgent data: single bytes beside the stream (RFC 9293, 3.8.5). For protocols that have it, such as Telnet and
// FTP; RFC 6093 asks new ones to do without, because systems and the boxes between them treat it differently.
#pragma once

#include <pier/detail/awaiter.hpp>
#include <pier/result.hpp>
#include <pier/stream.hpp>
#include <pier/task.hpp>
#include <pier/watch.hpp>

#include <cstddef>
#include <utility>

namespace pier {

namespace spi {

class UrgentSendAwaiter : public SocketAwaiter<Operation> {
public:
    UrgentSendAwaiter(Deadline limit, const Handle& on, std::byte urgent_byte) noexcept
        : SocketAwaiter(limit, Verb::send, on), byte_(urgent_byte) {
        set(urgent);
        buffer = &byte_;
        length = 1;
    }
    UrgentSendAwaiter(const UrgentSendAwaiter&) = delete;

private:
    std::byte byte_;
};

}  // namespace spi

// Sends a byte as urgent data, behind everything that was sent before. Errors: those of Stream::send(); not_supported
// for a Unix-domain stream on most systems; no_buffer_space on the engine uv, whose library does not tell when there is
// room for such a byte.
[[nodiscard]] inline spi::UrgentSendAwaiter send_urgent(const Stream& stream, std::byte byte,
                                                        Deadline deadline = {}) noexcept {
    return {deadline, stream, byte};
}

// Whether what the stream receives next stands behind the urgent byte that came last: sockatmark(3); SIOCATMARK. A
// receive never gives bytes from before and behind it at once. On Windows also where no urgent data waits. Of no use on
// engines that receive before they are asked
// (io_uring, uv): there it tells where the system stands, and the engine may have bytes from before it. Errors:
// not_connected; what the system says.
[[nodiscard]] Result<bool> at_mark(const Stream& stream);

// The urgent bytes that come in by a stream; the stream itself does not give them, as long as its option
// out_of_band_inline is off. Move-only; confined to the loop of the stream. One of them for a stream, and one receive
// at a time.
//
// The system keeps one urgent byte: a later one replaces it, and so, on Linux, does whoever receives from the stream
// what stands behind it. So take the byte before you read on; a receive from the stream always stops in front of it.
//
// It has a duplicate of the socket: closing the stream alone does not end the connection, so close this one, too.
class UrgentSource {
public:
    // While no receive of the stream is under way. Errors: not_connected; already_in_progress; input_waiting on
    // io_uring, which may have received something that nobody has taken yet; too_many_files_open; not_supported for a
    // Unix-domain stream, and by the engine uv on Windows, whose library never tells of urgent data: that the first
    // receive says.
    [[nodiscard]] static Result<UrgentSource> open(const Stream& stream);

    UrgentSource() = default;
    UrgentSource(UrgentSource&&) noexcept = default;
    UrgentSource& operator=(UrgentSource&& other) noexcept {
        close();
        duplicate_ = std::move(other.duplicate_);
        watch_ = std::move(other.watch_);
        return *this;
    }
    ~UrgentSource() { close(); }

    // The next byte, as soon as it is here, whatever the stream has in front of it. A byte that comes before the last
    // one was taken replaces it. That the connection is over is the stream's to tell: where the system tells it here,
    // too, this ends as end_of_stream or connection_reset, and else it waits on. So give it a deadline, or end it by a
    // scope. Errors: not_connected when nothing is held, timed_out, operation_canceled.
    [[nodiscard]] Task<Result<std::byte>> receive(Deadline deadline = {}) const;

    // Ends a receive that is under way.
    void close() noexcept;
    [[nodiscard]] bool valid() const noexcept { return watch_.valid(); }

private:
    UrgentSource(Accepted&& duplicate, Watch&& watch) noexcept
        : duplicate_(std::move(duplicate)), watch_(std::move(watch)) {}

    Accepted duplicate_;
    Watch watch_;  // goes before the socket is closed
};

}  // namespace pier
