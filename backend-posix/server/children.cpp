// Child processes of a server, by fork.
#include "process/error.hpp"

#include <pier/sys/children.hpp>
#include <pier/sys/signal.hpp>
#include <pier/sys/stop.hpp>

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <utility>

namespace pier::sys {
namespace {

// How long a child that has lost its parent may take to end by itself.
constexpr unsigned orphan_seconds = 1;

// What a parent asks a child by: signals that nobody else sends to a whole program, and that don't merge while they
// wait, as a second SIGTERM would. (SIGRTMAX is no constant.)
int signal_to_stop() noexcept { return SIGRTMAX - 1; }
int signal_to_end() noexcept { return SIGRTMAX - 2; }

using Hook = ParentLink::Hook;

// In a child: what has been asked of it, and who is to be told.
std::atomic<int> asked{0};  // 1 to stop, 2 to end
std::atomic<Hook> stop_hook{nullptr};
std::atomic<Hook> end_hook{nullptr};
std::atomic<void*> heeding{nullptr};
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<Hook>::is_always_lock_free,
              "a signal handler uses them");
pid_t parent_of_this = 0;

void tell_what_is_asked() noexcept {
    const int what = asked.load();
    if (Hook stop = what >= 1 ? stop_hook.load() : nullptr) stop(heeding.load());
    if (Hook end = what >= 2 ? end_hook.load() : nullptr) end(heeding.load());
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

// In a child: its signals have been set up by the fork.
class Inheritance final : public ParentLink {
public:
    explicit Inheritance(std::vector<spi::Accepted> sockets) noexcept : sockets_(std::move(sockets)) {}

    Result<std::vector<spi::Accepted>> take_sockets() override { return std::move(sockets_); }

    Result<void> heed(Hook on_stop, Hook on_end, void* context) noexcept override {
        heeding = context;
        stop_hook = on_stop;
        end_hook = on_end;
        tell_what_is_asked();  // what came before; a second time does nothing
        return {};
    }

private:
    std::vector<spi::Accepted> sockets_;
};

class Forks final : public Children {
public:
    ~Forks() override {
        if (listens_) remove(ended_, Signal::child_ended);
    }

    Result<void> open(const ChildrenEvents& events) {
        events_ = events;
        ended_.told = [](SignalListener& self) noexcept {
            const ChildrenEvents& wanted = static_cast<ChildEnded&>(self).of->events_;
            wanted.news(wanted.context);
        };
        // Who started this program may have blocked it. Then no end of a child would be told.
        sigset_t wanted;
        sigemptyset(&wanted);
        sigaddset(&wanted, SIGCHLD);
        (void)::pthread_sigmask(SIG_UNBLOCK, &wanted, nullptr);
        auto added = add(ended_, Signal::child_ended);
        listens_ = added.has_value();
        return added;
    }

    Result<std::uint64_t> start(spi::Accepted& given, std::span<spi::Accepted> shared) override {
        processes_.reserve(processes_.size() + 1);  // nothing may throw once there is a child
        std::vector<spi::Accepted> sockets;         // the child's
        sockets.reserve(shared.size() + 1);
        const pid_t parent = ::getpid();
        pid_t process = 0;
        int failure = 0;
        {
            BlockedSignals blocked;
            process = ::fork();
            failure = errno;
            if (process == 0) become_child(parent, blocked);
        }
        if (process == 0) {
            if (given.valid()) sockets.push_back(std::move(given));
            for (spi::Accepted& each : shared) sockets.push_back(std::move(each));
            Inheritance inheritance(std::move(sockets));
            events_.life(events_.context, inheritance);
            leave(1);
        }
        if (process < 0) {
            // fork(2): a limit on the number of processes was met.
            if (failure == EAGAIN) return fail(Errc::too_many_processes, failure);
            return fail(posix::translate(failure));
        }
        processes_.push_back(process);
        const spi::Accepted ours(std::move(given));  // closed: the child has its own
        return static_cast<std::uint64_t>(process);
    }

    std::size_t size() const noexcept override { return processes_.size(); }

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
            const int number = killed ? WTERMSIG(status) : WEXITSTATUS(status);
            ended.push_back(
                {static_cast<std::uint64_t>(process),
                 {killed ? ProcessEnd::By::signal : ProcessEnd::By::exit, static_cast<std::uint32_t>(number)}});
            return true;
        });
        return ended;
    }

    void ask_to_stop() noexcept override { signal_all(signal_to_stop()); }
    void end_grace() noexcept override { signal_all(signal_to_end()); }
    void kill() noexcept override { signal_all(SIGKILL); }

private:
    // No process has another one's number before it is reaped.
    void signal_all(int number) noexcept {
        for (pid_t process : processes_) (void)::kill(process, number);
    }

    void become_child(pid_t parent, BlockedSignals& blocked) noexcept {
        parent_of_this = parent;
        processes_.clear();
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

    struct ChildEnded : SignalListener {
        explicit ChildEnded(Forks& forks) noexcept : of(&forks) {}
        Forks* const of;
    };

    ChildrenEvents events_;
    ChildEnded ended_{*this};
    bool listens_ = false;
    std::vector<pid_t> processes_;
};

}  // namespace

Result<std::unique_ptr<Children>> make_children(const ChildrenEvents& events) {
    auto children = std::make_unique<Forks>();
    if (auto opened = children->open(events); !opened) return fail(opened.error());
    return children;
}

std::string_view parent_variable() noexcept { return {}; }

Result<std::unique_ptr<ParentLink>> find_parent() { return nullptr; }

bool engines_share_listeners() noexcept { return true; }

void leave(int status) noexcept {
    (void)std::fflush(nullptr);
    ::_exit(status);
}

}  // namespace pier::sys
