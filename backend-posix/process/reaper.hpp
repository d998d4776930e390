// Takes the ends of child processes as they come, so that none is left a zombie.
#pragma once

#include <pier/sys/spawn.hpp>

#include <sys/types.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>

namespace pier::posix {

// A child of this process. One thread, the reaper, waits for all of them by their pidfds. Where there is no pidfd to be
// had, a child has a thread of its own that waits.
class ReapedChild final : public sys::Child, public std::enable_shared_from_this<ReapedChild> {
public:
    // Before there is a process: starts the reaper. Errors: too_many_processes, too_many_files_open. Throws
    // std::bad_alloc.
    [[nodiscard]] static Result<std::shared_ptr<ReapedChild>> prepare();

    // Once: it is that process, which from now on is reaped when it ends, whoever still refers to this. Errors: nobody
    // can be made to wait for it; then it has been killed and reaped.
    [[nodiscard]] Result<void> watch(pid_t process) noexcept;

    std::uint64_t id() const noexcept override { return static_cast<std::uint64_t>(process_); }
    std::optional<Result<ProcessEnd>> end() noexcept override;
    Result<void> add(sys::EndListener& listener) override;
    void remove(sys::EndListener& listener) noexcept override;
    Result<ProcessEnd> wait(Time until) override;
    Result<void> request(Ending ending) noexcept override;

    // BLOCKS until the process has ended, and takes its end. On the reaper's thread, or on one of its own.
    void reap() noexcept;

private:
    pid_t process_ = 0;
    int pidfd_ = -1;
    std::mutex mutex_;
    std::condition_variable ended_;
    sys::EndListeners listeners_;
    std::optional<Result<ProcessEnd>> end_;
    std::shared_ptr<ReapedChild> self_;  // until it has been reaped
};

}  // namespace pier::posix
