// This program, started once more with other arguments: for tools that must survive what a part of them does. Resolved
// by the linker, like pier/sys/.
#pragma once

#include <pier/result.hpp>
#include <pier/time.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace pier::sys {

// How a process ended.
struct ProcessEnd {
    bool crashed = false;      // by a signal that it did not handle; on Windows with a status from 0xC0000000 on
    std::uint32_t status = 0;  // its exit status, or the number of the signal

    // For people: "exit status 3", "signal 6", "exit status 0xc0000005".
    [[nodiscard]] std::string describe() const;
};

// One thread at a time. It inherits nothing but its standard streams: an empty input, an output that is read here, and
// the error stream of this process.
class ChildProcess {
public:
    // Kills the process if it has not ended.
    virtual ~ChildProcess() = default;
    // BLOCKS until there is some output (0: its end), or until that time. Errors: timed_out.
    [[nodiscard]] virtual Result<std::size_t> read(std::span<std::byte> into, Time until) = 0;
    virtual void kill() noexcept = 0;
    // BLOCKS until it has ended. Once, and not before its output has ended or kill().
    [[nodiscard]] virtual ProcessEnd wait() = 0;
};

// Arguments in UTF-8, without the program's name. Errors: what the system says.
[[nodiscard]] Result<std::unique_ptr<ChildProcess>> start_child(const std::vector<std::string>& arguments);

// In a process that start_child() has started: a crash ends it at once. No debugger is called and no memory written
// to a file, which may take longer than its parent is willing to wait.
void crash_at_once() noexcept;

}  // namespace pier::sys
