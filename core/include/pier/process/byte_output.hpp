// The process's standard output as bytes, as events of a loop.
#pragma once

#include <pier/result.hpp>
#include <pier/task.hpp>
#include <pier/time.hpp>

#include <cstddef>
#include <span>

namespace pier {

// Files, pipes and consoles alike, with every byte as it is. Its writes block a worker thread, because no system can
// wait for all of these beside sockets. So a reader who is slow holds up the task that writes, and nobody else. It goes
// past what stdio holds: flush that before. Confined to its loop's thread; one send_all() at a time in the process.
class ByteOutput {
public:
    ByteOutput() = default;
    ByteOutput(const ByteOutput&) = delete;
    ByteOutput& operator=(const ByteOutput&) = delete;

    // All of it, of which 256 KiB at a time are copied for the thread. Errors: broken_pipe when nobody reads any more,
    // and after a send_all() that was ended half-way, because what it writes then is not known; timed_out,
    // operation_canceled; too_many_jobs as of on_worker(); what the system says. Throws std::bad_alloc, and the piece
    // is not written.
    [[nodiscard]] Task<Result<void>> send_all(std::span<const std::byte> data, Deadline deadline = {});

private:
    bool cut_short_ = false;
};

}  // namespace pier
