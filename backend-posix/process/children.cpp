// Child processes of a server, by fork.
#include "process/error.hpp"

#include <pier/sys/children.hpp>
#include <pier/sys/stop.hpp>

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>

namespace pier::sys {
namespace {

// How long a child that has lost its parent may take to end by itself.
constexpr unsigned orphan_seconds = 1;

// What a parent asks a child by: signals that nobody else sends to a whole program, and that don't merge while they
// wait, as a second SIGTERM would. (SIGRTMAX is no constant.)
int signal_to_stop() noexcept { return SIGRTMAX - 1; }
int signal_to_end() noexcept { return SIGRTMAX - 2; }

std::atomic<Children::Hook> ended_hook{nullptr};
std::atomic<void*> ended_context{nullptr};
struct sigaction action_before {};

void on_child_signal(int number, siginfo_t* info, void* machine) {
    const int saved = errno;
    if (auto* hook = ended_hook.load()) hook(ended_context.load());
    if ((action_before.sa_flags & SA_SIGINFO) != 0) {
        if (action_before.sa_sigaction != nullptr) action_before.sa_sigaction(number, info, machine);
    } else if (action_before.sa_handler != SIG_DFL && action_before.sa_handler != SIG_IGN) {
        action_before.sa_handler(number);
    }
    errno = saved;
}

// In a child: what has been asked of it, and who is to be told.
std::atomic<int> asked{0};  // 1 to stop, 2 to end
std::atomic<Children::Hook> stop_hook{nullptr};
std::atomic<Children::Hook> end_hook{nullptr};
std::atomic<void*> heeding{nullptr};
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<Children::Hook>::is_always_lock_free,
              "a signal handler uses them");
pid_t parent_of_this = 0;

void tell_what_is_asked() noexcept {
    const int what = asked.load();
    if (Children::Hook stop = what >= 1 ? stop_hook.load() : nullptr) stop(heeding.load());
    if (Children::Hook end = what >= 2 ? end_hook.load() : nullptr) end(heeding.load());
}

void on_parents_signal(int number) {
    const int saved = errno;
    asked = std::max(asked.load(), number == signal_to_end() ? 2 : 1);
    // A handler may compute for ever; nobody is left who would kill it.
    if (::getppid() != parent_of_this) ::alarm(orphan_seconds);
    tell_what_is_asked();
    errno = saved;
}

// Every signal, so that no handler of the parent runs in the child before it has its own.
class BlockedSignals {
public:
    BlockedSignals() noexcept {
        sigset_t all;
        sigfillset(&all);
        (void)::pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    BlockedSignals(const BlockedSignals&) = delete;
    BlockedSignals& operator=(const BlockedSignals&) = delete;
    // Not blocked afterwards, whatever was before.
    void remove(int number) noexcept { (void)::sigdelset(&before_, number); }
    ~BlockedSignals() { (void)::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
    sigset_t before_{};
};

class Forks final : public Children {
public:
    ~Forks() override {
        if (!in_child_) (void)::sigaction(SIGCHLD, &action_before, nullptr);
        ended_hook = nullptr;
    }

    Result<void> open(Hook ended, void* context) noexcept {
        ended_context = context;
        ended_hook = ended;
        struct sigaction action {};
        action.sa_sigaction = on_child_signal;
        sigemptyset(&action.sa_mask);
        action.sa_flags = SA_SIGINFO | SA_RESTART | SA_NOCLDSTOP;
        (void)::sigaction(SIGCHLD, nullptr, &action_before);  // before ours can be called
        if (::sigaction(SIGCHLD, &action, nullptr) != 0) return posix::fail_last();
        return {};
    }

    Result<Side> start() override {
        processes_.reserve(processes_.size() + 1);  // nothing may throw once there is a child
        const pid_t parent = ::getpid();
        BlockedSignals blocked;
        const pid_t process = ::fork();
        if (process == 0) {
            become_child(parent, blocked);
            return Side::child;
        }
        if (process < 0) {
            const int failure = errno;
            // fork(2): a limit on the number of processes was met.
            if (failure == EAGAIN) return fail(Errc::too_many_processes, failure);
            return fail(posix::translate(failure));
        }
        processes_.push_back(process);
        return Side::parent;
    }

    std::size_t size() const noexcept override { return processes_.size(); }
    std::int64_t last() const noexcept override { return processes_.empty() ? 0 : processes_.back(); }

    // One by one: waiting for any child would take those that the program has started for itself.
    std::vector<ChildEnd> reap() override {
        std::vector<ChildEnd> ended;
        std::erase_if(processes_, [&](pid_t process) {
            int status = 0;
            pid_t found = 0;
            do {
                found = ::waitpid(process, &status, WNOHANG);
            } while (found < 0 && errno == EINTR);
            if (found == 0) return false;
            // Failed: somebody else has reaped it (ECHILD), and its status is lost.
            if (found < 0) status = 0;
            const bool killed = WIFSIGNALED(status);
            ended.push_back({process, killed, killed ? WTERMSIG(status) : WEXITSTATUS(status)});
            return true;
        });
        return ended;
    }

    void ask_to_stop() noexcept override { signal_all(signal_to_stop()); }
    void end_grace() noexcept override { signal_all(signal_to_end()); }
    void kill() noexcept override { signal_all(SIGKILL); }

    void heed(Hook on_stop, Hook on_end, void* context) noexcept override {
        heeding = context;
        stop_hook = on_stop;
        end_hook = on_end;
        tell_what_is_asked();  // what came before; a second time does nothing
    }

private:
    // No process has another one's number before it is reaped.
    void signal_all(int number) noexcept {
        for (pid_t process : processes_) (void)::kill(process, number);
    }

    void become_child(pid_t parent, BlockedSignals& blocked) noexcept {
        in_child_ = true;
        parent_of_this = parent;
        processes_.clear();
        ended_hook = nullptr;
        (void)::sigaction(SIGCHLD, &action_before, nullptr);
        (void)on_stop_request([](void*) noexcept {}, nullptr);
        struct sigaction action {};
        action.sa_handler = on_parents_signal;
        sigemptyset(&action.sa_mask);
        sigaddset(&action.sa_mask, signal_to_stop());
        sigaddset(&action.sa_mask, signal_to_end());
        action.sa_flags = SA_RESTART;
        (void)::sigaction(signal_to_stop(), &action, nullptr);
        (void)::sigaction(signal_to_end(), &action, nullptr);
        (void)::signal(SIGALRM, SIG_DFL);
        for (int number : {signal_to_stop(), signal_to_end(), SIGALRM}) blocked.remove(number);
        // Whichever way it dies.
        (void)::prctl(PR_SET_PDEATHSIG, signal_to_end());
        if (::getppid() != parent) ::_exit(1);  // it has died before that
    }

    bool in_child_ = false;
    std::vector<pid_t> processes_;
};

}  // namespace

std::string children_obstacle() { return {}; }

Result<std::unique_ptr<Children>> make_children(Children::Hook ended, void* context) {
    auto children = std::make_unique<Forks>();
    if (auto opened = children->open(ended, context); !opened) return fail(opened.error());
    return children;
}

void leave(int status) noexcept {
    (void)std::fflush(nullptr);
    ::_exit(status);
}

}  // namespace pier::sys
