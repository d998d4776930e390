#include "process/reaper.hpp"

#include "process/error.hpp"

#include <pier/detail/assert.hpp>
#include <pier/sys/clock.hpp>

#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <exception>
#include <system_error>
#include <thread>
#include <utility>

namespace pier::posix {
namespace {

// Signals are for the program's own threads. Errors: too_many_processes.
template <class Body>
Result<void> start_thread(Body body) {
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    Result<void> started;
    try {
        std::thread(std::move(body)).detach();
    } catch (const std::system_error& failure) {
        started = fail(Errc::too_many_processes, failure.code().value());
    } catch (const std::bad_alloc&) {
        started = fail(Errc::not_enough_memory);
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return started;
}

class Reaper {
public:
    // Never destroyed: its thread waits until the process ends.
    static Reaper& instance() {
        static Reaper* const reaper = new Reaper;
        return *reaper;
    }

    Result<void> start() {
        std::lock_guard lock(starting_);
        // A fork copies no thread, and the list of children would be shared with the parent, who knows none of ours.
        if (owner_ != ::getpid() && epoll_ >= 0) ::close(std::exchange(epoll_, -1));
        if (owner_ == ::getpid()) return {};
        if (epoll_ < 0) epoll_ = epoll_create1(EPOLL_CLOEXEC);
        if (epoll_ < 0) return fail_last();
        auto thread = start_thread([list = epoll_] { run(list); });
        if (thread) owner_ = ::getpid();
        return thread;
    }

    // The system keeps the list, so no memory of ours is needed for a child that has been started already.
    bool add(int pidfd, ReapedChild& child) noexcept {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.ptr = &child;
        return epoll_ctl(epoll_, EPOLL_CTL_ADD, pidfd, &event) == 0;
    }

    // The open file may have more numbers, in a process that was forked from this one: the close does not remove it.
    void remove(int pidfd) noexcept { (void)epoll_ctl(epoll_, EPOLL_CTL_DEL, pidfd, nullptr); }

private:
    static void run(int list) noexcept {
        for (;;) {
            epoll_event events[16];
            const int count = epoll_wait(list, events, 16, -1);
            spi::require(count >= 0 || errno == EINTR, "somebody closed the descriptor by which ends of children come");
            for (int i = 0; i < count; ++i) static_cast<ReapedChild*>(events[i].data.ptr)->reap();
        }
    }

    std::mutex starting_;
    pid_t owner_ = 0;  // whose thread it is; 0: of nobody yet
    int epoll_ = -1;
};

int open_pidfd(pid_t process) noexcept {
#ifdef SYS_pidfd_open
    return static_cast<int>(syscall(SYS_pidfd_open, process, 0U));  // close-on-exec from the start
#else
    (void)process;
    return -1;
#endif
}

ProcessEnd end_of(int status) noexcept {
    if (WIFSIGNALED(status)) return {ProcessEnd::By::signal, static_cast<std::uint32_t>(WTERMSIG(status))};
    return {ProcessEnd::By::exit, static_cast<std::uint32_t>(WEXITSTATUS(status))};
}

}  // namespace

Result<std::shared_ptr<ReapedChild>> ReapedChild::prepare() {
    auto child = std::make_shared<ReapedChild>();
    if (auto started = Reaper::instance().start(); !started) return fail(started.error());
    return child;
}

Result<void> ReapedChild::watch(pid_t process) noexcept {
    process_ = process;
    pidfd_ = open_pidfd(process);
    {
        // The reaper may find its end at once.
        std::lock_guard lock(mutex_);
        self_ = shared_from_this();
        if (pidfd_ >= 0 && Reaper::instance().add(pidfd_, *this)) return {};
    }
    // An old system, a sandbox, or no descriptor left.
    if (pidfd_ >= 0) ::close(std::exchange(pidfd_, -1));
    auto waits = start_thread([this] { reap(); });
    if (waits) return {};
    ::kill(process, SIGKILL);
    reap();
    return waits;
}

void ReapedChild::reap() noexcept {
    // A pidfd tells of the end even when a debugger has to be told first. The wait is outside of the lock.
    siginfo_t told{};
    while (waitid(P_PID, static_cast<id_t>(process_), &told, WEXITED | WNOWAIT) < 0 && errno == EINTR) {
    }
    std::shared_ptr<ReapedChild> self;  // goes after the lock
    std::lock_guard lock(mutex_);
    int status = 0;
    pid_t taken = 0;
    do {
        taken = waitpid(process_, &status, 0);
    } while (taken < 0 && errno == EINTR);
    end_.emplace(taken < 0 ? Result<ProcessEnd>(fail_last()) : Result<ProcessEnd>(end_of(status)));
    if (pidfd_ >= 0) {
        Reaper::instance().remove(pidfd_);
        ::close(std::exchange(pidfd_, -1));
    }
    listeners_.tell();
    ended_.notify_all();
    self = std::move(self_);
}

std::optional<Result<ProcessEnd>> ReapedChild::end() noexcept {
    std::lock_guard lock(mutex_);
    return end_;
}

Result<void> ReapedChild::add(sys::EndListener& listener) {
    std::lock_guard lock(mutex_);
    listeners_.add(listener);
    return {};
}

void ReapedChild::remove(sys::EndListener& listener) noexcept {
    std::lock_guard lock(mutex_);
    listeners_.remove(listener);
}

Result<ProcessEnd> ReapedChild::wait(Time until) {
    constexpr Duration longest = std::chrono::hours(24);
    std::unique_lock lock(mutex_);
    while (!end_) {
        const Time now = sys::now();
        if (now >= until) return fail(Errc::timed_out);
        (void)ended_.wait_for(lock, std::min(longest, until - now));
    }
    return *end_;
}

Result<void> ReapedChild::request(Ending ending) noexcept {
    // Under the lock it has not been reaped, so its number can't be another process's.
    std::lock_guard lock(mutex_);
    if (end_ || ::kill(process_, ending == Ending::kill ? SIGKILL : SIGTERM) == 0 || errno == ESRCH) return {};
    return fail_last();
}

}  // namespace pier::posix
