// The process's standard input, line by line, as events of a loop.
#pragma once

#include <pier/task.hpp>

#include <optional>
#include <string>

namespace pier {

// Files, pipes and consoles alike; consoles give UTF-8 on every system. One thread of the process reads, because no
// system can wait for all of these beside sockets; it is started by the first next() and reads ahead up to 256 KiB.
// What one LineInput has not taken is there for the next one. Confined to its loop's thread; one next() at a time in
// the whole process (a second one ends with already_in_progress).
class LineInput {
public:
    static constexpr std::size_t longest_line = 64 * 1024;

    LineInput() = default;
    LineInput(const LineInput&) = delete;
    LineInput& operator=(const LineInput&) = delete;

    // Without its end ("\n" or "\r\n"); nothing when the input has ended; a last line needs no end. A longer line than
    // longest_line comes in pieces of that size, of which continues() tells. Errors: timed_out, operation_canceled and
    // not_enough_memory, which lose nothing; what the system says of the input, once, after which it has ended. Throws
    // std::bad_alloc, which loses nothing either.
    [[nodiscard]] Task<Result<std::optional<std::string>>> next(Deadline deadline = {});
    // Whether the line that next() gave last goes on with what it will give next.
    [[nodiscard]] bool continues() const noexcept { return continues_; }

private:
    bool continues_ = false;
};

// The same input undivided: what one read gave, at most 4 KiB, with its line ends. For the keys of a terminal
// (pier/sys/terminal.hpp). What has been read before the first next() of a KeyInput still comes as lines, without their
// ends; everything else is as of LineInput.
class KeyInput {
public:
    KeyInput() = default;
    KeyInput(const KeyInput&) = delete;
    KeyInput& operator=(const KeyInput&) = delete;

    [[nodiscard]] Task<Result<std::optional<std::string>>> next(Deadline deadline = {});
};

}  // namespace pier
