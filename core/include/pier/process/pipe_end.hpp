// This process's end of a pipe to a child process.
#pragma once

#include <pier/process/system_handle.hpp>
#include <pier/result.hpp>
#include <pier/time.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace pier {

// Its calls BLOCK the thread: a task makes them by on_worker(), with an end that the call owns:
//   auto read = [end = std::move(child.output())]() mutable { return end.read_all(1 << 20, after(10s)); };
//   auto text = co_await on_worker(std::move(read));
// A deadline belongs there, because a cancel of the task can't end a call that runs, and worker threads are few.
// A byte stream that is awaited takes the same handle over by release(): it is non-blocking on POSIX, and on Windows a
// named pipe opened for overlapped calls, bound to no completion port.
// One read or one write at a time; any thread.
class PipeEnd {
public:
    PipeEnd() = default;
    explicit PipeEnd(SystemHandle handle) noexcept : handle_(std::move(handle)) {}

    [[nodiscard]] bool valid() const noexcept { return handle_.valid(); }

    // Some bytes, as soon as there are any; 0 at the end, which is when every process has closed the other end. Errors:
    // timed_out, and nothing is lost; not_connected of an end that is closed; what the system says.
    [[nodiscard]] Result<std::size_t> read(std::span<std::byte> into, Deadline deadline = {});

    // Everything up to the end. Errors: besides, message_size when there is more than `most`. Throws std::bad_alloc.
    // What has been read by then is lost.
    [[nodiscard]] Result<std::string> read_all(std::size_t most, Deadline deadline = {});

    // All bytes, into the pipe's buffer or to who reads. Never raises SIGPIPE. Errors: connection_reset when nobody
    // reads any more; timed_out, after which nobody knows how many bytes have gone, and further writes end as
    // broken_pipe; not_connected of an end that is closed; what the system says.
    [[nodiscard]] Result<void> write(std::span<const std::byte> bytes, Deadline deadline = {});
    [[nodiscard]] Result<void> write(std::string_view text, Deadline deadline = {}) {
        return write(std::as_bytes(std::span(text)), deadline);
    }

    // Who reads the other end meets the end of the data; what was written before stays to be read.
    void close() noexcept { handle_.close(); }
    [[nodiscard]] SystemHandle release() noexcept { return std::move(handle_); }
    [[nodiscard]] const SystemHandle& handle() const noexcept { return handle_; }

private:
    SystemHandle handle_;
    bool cut_short_ = false;  // a write was
};

}  // namespace pier
