// This program, started once more with other arguments: for tools that must survive what a part of them does.
#pragma once

#include <pier/process.hpp>
#include <pier/sys/process.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace pier::sys {

// One thread at a time. It inherits nothing but its standard streams: an empty input, an output that is read here, and
// the error stream of this process.
class ChildProcess {
public:
    explicit ChildProcess(Process process) noexcept : process_(std::move(process)) {}
    ChildProcess(const ChildProcess&) = delete;
    // Kills the process if it has not ended.
    ~ChildProcess() { kill(); }
    // BLOCKS until there is some output (0: its end), or until that time. Errors: timed_out.
    [[nodiscard]] Result<std::size_t> read(std::span<std::byte> into, Time until) {
        return process_.output().read(into, at(until));
    }
    // One of the own kind may be killed.
    void kill() noexcept { (void)process_.kill(); }
    // BLOCKS until it has ended: not before its output has ended or kill().
    [[nodiscard]] Result<ProcessEnd> wait() { return process_.wait_here(); }

private:
    Process process_;
};

// Arguments in UTF-8, without the program's name. Errors: Process::spawn()'s.
[[nodiscard]] inline Result<std::unique_ptr<ChildProcess>> start_child(const std::vector<std::string>& arguments) {
    auto process = Process::spawn(
        {.program = own_program(), .arguments = arguments, .input = Redirect::null(), .output = Redirect::pipe()});
    if (!process) return fail(process.error());
    return std::make_unique<ChildProcess>(std::move(*process));
}

// In a process that start_child() has started: a crash ends it at once. No debugger is called, no dialog shown and no
// memory written to a file, which may take longer than its parent is willing to wait. Resolved by the linker, like
// pier/sys/.
void crash_at_once() noexcept;

// This process's number.
[[nodiscard]] std::uint64_t own_id() noexcept;

// Ends this process by force as soon as the one with that number ends, in whatever way: the process that has started
// it, and on POSIX the thread that has. Of processes that it has forked it says nothing. Resolved by the linker.
// Source: prctl(2), PR_SET_PDEATHSIG; RegisterWaitForSingleObject.
void end_with_parent(std::uint64_t parent) noexcept;

}  // namespace pier::sys
