// The process's standard input as bytes, as events of a loop.
#pragma once

#include <pier/result.hpp>
#include <pier/task.hpp>
#include <pier/time.hpp>

#include <cstddef>
#include <span>

namespace pier {

// Files, pipes and consoles alike, with every byte as it is; a console gives UTF-8, and what Enter sends, on every
// system. The thread and its bound on reading ahead are LineInput's, and what is said there of them holds here: what
// one ByteInput has not taken is there for the next one, and one receive() at a time in the whole process. What has
// been read for a LineInput before the first receive() comes without its lines' ends.
class ByteInput {
public:
    ByteInput() = default;
    ByteInput(const ByteInput&) = delete;
    ByteInput& operator=(const ByteInput&) = delete;

    // Some bytes, of one read of the input (64 KiB at most); 0 at the end. An empty buffer gives 0 at once. Errors:
    // timed_out, operation_canceled and not_enough_memory, which lose nothing; already_in_progress; what the system
    // says of the input, once, after which it has ended.
    [[nodiscard]] Task<Result<std::size_t>> receive(std::span<std::byte> into, Deadline deadline = {});
};

}  // namespace pier
