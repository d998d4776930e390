// Other programs, as processes of their own.
#pragma once

#include <pier/process/end.hpp>
#include <pier/process/options.hpp>
#include <pier/process/pipe_end.hpp>
#include <pier/result.hpp>
#include <pier/task.hpp>
#include <pier/time.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace pier {

namespace sys {
class Child;
}

// A process that this one has started. For example
//   auto sort = Process::spawn({.program = "sort", .input = Redirect::pipe(), .output = Redirect::file("sorted")});
//   ... sort->input().write(text); sort->input().close();
//   auto end = co_await sort->wait(after(10s));
//
// Move-only; one that was moved from can only be assigned to. One that goes before the process has ended leaves the
// process alone: that goes on, and the system keeps no remains of it, because Pier takes every end as soon as it comes
// (on POSIX on a thread of its own, the reaper; no zombie is ever left, and each child that runs costs this process a
// descriptor). For that it waits for its own children by number, and never for any child. Who waits for all children of
// the process, or ignores SIGCHLD, takes ends away from it: wait() is then answered by `unexpected` with ECHILD. Any
// thread, one at a time; several may wait at once. In a process that was forked without exec, those of its parent can't
// be waited for; it may start others.
class Process {
public:
    // Starts it. BLOCKS until the new program has been loaded (POSIX), some milliseconds where a file has to come from
    // a disk. The child begins with default signal dispositions and no signal blocked, and with exactly the handles
    // that the options say, also when many threads start processes at once.
    // Errors, and then no process is left: program_not_found; not_executable for a file that is no program of this
    // system (and for a batch file on Windows: cmd.exe would read its arguments by other rules, so that they could
    // become commands); permission_denied; directory_not_found; file_not_found of a redirect; argument_list_too_long;
    // too_many_processes; too_many_files_open; not_enough_memory; invalid_argument for what the options forbid; what
    // the system says. Throws std::bad_alloc.
    [[nodiscard]] static Result<Process> spawn(const ProcessOptions& options);

    // Of the system. Another process may get it once this one has ended.
    [[nodiscard]] std::uint64_t id() const noexcept;

    // The other ends of redirects to pipes; an end is not valid where there is none. Close input(), or the child waits
    // for more.
    [[nodiscard]] PipeEnd& input() noexcept { return input_; }
    [[nodiscard]] PipeEnd& output() noexcept { return output_; }
    [[nodiscard]] PipeEnd& error() noexcept { return error_; }

    // How it has ended, under every engine, as often as one asks; the Process may go meanwhile. Errors: timed_out and
    // operation_canceled, and the process goes on; not_enough_memory; what the system says. Throws std::bad_alloc.
    [[nodiscard]] Task<Result<ProcessEnd>> wait(Deadline deadline = {}) const;
    // The same without a loop. BLOCKS.
    [[nodiscard]] Result<ProcessEnd> wait_here(Deadline deadline = {}) const;
    // Nothing while it runs.
    [[nodiscard]] std::optional<Result<ProcessEnd>> end() const;

    // Asks it to end: SIGTERM, which it may handle. Windows has nothing of the kind that every program hears: it is
    // ended as by kill(). Success, too, when it has ended already. Errors: permission_denied.
    [[nodiscard]] Result<void> terminate() const;
    // Ends it: SIGKILL; TerminateProcess with exit status 1. What it had started goes on. Otherwise the same.
    [[nodiscard]] Result<void> kill() const;

private:
    explicit Process(std::shared_ptr<sys::Child> child) noexcept : child_(std::move(child)) {}

    std::shared_ptr<sys::Child> child_;
    PipeEnd input_;
    PipeEnd output_;
    PipeEnd error_;
};

}  // namespace pier
