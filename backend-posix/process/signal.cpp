// The dispositions of signals, by sigaction. A self-pipe in effect: the handler tells listeners, who wake their loops.
// signalfd would need each signal blocked in every thread, also in those of others, and in no child.
#include "process/error.hpp"

#include <pier/sys/signal.hpp>

#include <unistd.h>
#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <mutex>
#include <thread>
#include <utility>

namespace pier::sys {
namespace {

constexpr int most = 64;  // Linux

// What is asked of one signal. A handler reads it while others change it.
struct Slot {
    std::atomic<SignalListener*> first{nullptr};
    // Of the handler before ours; at most one is not null.
    std::atomic<void (*)(int)> plain_before{nullptr};
    std::atomic<void (*)(int, siginfo_t*, void*)> full_before{nullptr};
    // Under the lock.
    struct sigaction before {};
    bool taken = false;
};
static_assert(std::atomic<SignalListener*>::is_always_lock_free, "a signal handler may use it");

std::mutex changing;
std::array<Slot, most + 1> slots;
// Whose listeners these are: a child that was forked has its parent's memory, but not its loops.
std::atomic<pid_t> owner{0};

// Who is inside of a handler, by the phase that was when it began. Who waits for all of them begins a new phase, so
// that handlers that come meanwhile, in whatever number, don't make it wait longer.
std::atomic<unsigned> phase{0};
std::array<std::atomic<int>, 2> inside{};

class Inside {
public:
    Inside() noexcept : counter_(inside[phase.load() & 1U]) { counter_.fetch_add(1); }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;
    ~Inside() { counter_.fetch_sub(1); }

private:
    std::atomic<int>& counter_;
};

void wait_for_handlers() noexcept {
    // Twice: a handler may have read the phase just before the first change, and be counted just after it.
    for (int round = 0; round < 2; ++round) {
        std::atomic<int>& old = inside[phase.fetch_add(1) & 1U];
        while (old.load() != 0) std::this_thread::yield();
    }
}

// What the system ignores unless it is asked: there a handler wants to be told, and ends nothing.
bool is_ignored_by_default(int number) noexcept {
    return number == SIGCHLD || number == SIGCONT || number == SIGURG || number == SIGWINCH;
}

// Who started us with it ignored (nohup, a background job of a script) wants it so.
bool stays_ignored(int number) noexcept { return number == SIGINT || number == SIGHUP || number == SIGQUIT; }

void on_signal(int number, siginfo_t* info, void* machine);

bool is_ours(const struct sigaction& action) noexcept {
    return (action.sa_flags & SA_SIGINFO) != 0 && action.sa_sigaction == on_signal;
}

// The signals whose handler before is being called on this thread: it calls ours in its turn, when it was installed
// over ours once, and ours then over it. Not to be allocated when it is touched first.
[[gnu::tls_model("initial-exec")]] constinit thread_local std::uint64_t calling_before = 0;

std::uint64_t bit_of(int number) noexcept { return std::uint64_t{1} << (number - 1); }

void call_before(const Slot& slot, int number, siginfo_t* info, void* machine) noexcept {
    const std::uint64_t bit = bit_of(number);
    calling_before |= bit;
    if (auto* full = slot.full_before.load()) full(number, info, machine);
    if (auto* plain = slot.plain_before.load()) plain(number);
    calling_before &= ~bit;
}

// As it would be without us: when this handler returns, the signal comes once more.
void stand_aside(const Slot& slot, int number) noexcept {
    struct sigaction now {};
    if (sigaction(number, nullptr, &now) != 0) return;
    if (is_ours(now)) (void)sigaction(number, &slot.before, nullptr);
    // Else it has just been given back; or somebody else's handler has called us, and what happens is its affair.
    const bool was_given_back = (now.sa_flags & SA_SIGINFO) == 0 && now.sa_handler == SIG_DFL;
    if (is_ours(now) || was_given_back) (void)::raise(number);
}

// Whether there was somebody.
bool tell(const Slot& slot) noexcept {
    const Inside here;
    if (owner.load() != ::getpid()) return false;
    SignalListener* const first = slot.first.load();
    for (SignalListener* each = first; each != nullptr; each = each->next.load()) each->told(*each);
    return first != nullptr;
}

void on_signal(int number, siginfo_t* info, void* machine) {
    if ((calling_before & bit_of(number)) != 0) return;
    const int saved = errno;
    const Slot& slot = slots[static_cast<std::size_t>(number)];
    const bool told = tell(slot);
    if (is_ignored_by_default(number)) {
        call_before(slot, number, info, machine);
    } else if (!told) {
        stand_aside(slot, number);
    }
    errno = saved;
}

// Under the lock.
void give_back(Slot& slot, int number) noexcept {
    if (!std::exchange(slot.taken, false)) return;
    // Somebody else's handler of today is not replaced by one of yesterday.
    struct sigaction now {};
    if (sigaction(number, nullptr, &now) == 0 && is_ours(now)) (void)sigaction(number, &slot.before, nullptr);
}

// Under the lock. In a process that was forked nothing of its parent's is in force.
void become_owner() noexcept {
    const pid_t self = ::getpid();
    const pid_t before = owner.load();
    if (before == self) return;
    for (int number = 1; before != 0 && number <= most; ++number) {
        Slot& slot = slots[static_cast<std::size_t>(number)];
        slot.first.store(nullptr);
        give_back(slot, number);
    }
    inside[0].store(0);
    inside[1].store(0);
    owner.store(self);
}

void remember(Slot& slot, const struct sigaction& before) noexcept {
    slot.before = before;
    const bool full = (before.sa_flags & SA_SIGINFO) != 0;
    const bool is_handler = full || (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN);
    slot.plain_before.store(is_handler && !full ? before.sa_handler : nullptr);
    slot.full_before.store(full ? before.sa_sigaction : nullptr);
}

// Under the lock.
Result<void> take(Slot& slot, int number) noexcept {
    if (slot.taken) return {};
    struct sigaction before {};
    if (sigaction(number, nullptr, &before) != 0) return posix::fail_last();
    const bool ignored = (before.sa_flags & SA_SIGINFO) == 0 && before.sa_handler == SIG_IGN;
    if (ignored && stays_ignored(number)) return {};
    // Ours when a handler was put over it that has been taken off since: then what was before is known already.
    if (!is_ours(before)) remember(slot, before);
    struct sigaction action {};
    action.sa_sigaction = on_signal;
    sigemptyset(&action.sa_mask);
    action.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
    if (number == SIGCHLD) {
        // Where ends were ignored, the system goes on to take them by itself. A handler goes on to hear of children
        // that are stopped.
        if (ignored || (before.sa_flags & SA_NOCLDWAIT) != 0) action.sa_flags |= SA_NOCLDWAIT;
        const bool handled = slot.plain_before.load() != nullptr || slot.full_before.load() != nullptr;
        if (!handled || (before.sa_flags & SA_NOCLDSTOP) != 0) action.sa_flags |= SA_NOCLDSTOP;
    }
    if (sigaction(number, &action, nullptr) != 0) return posix::fail_last();
    slot.taken = true;
    return {};
}

// Errors: invalid_argument.
Result<int> number_of(Signal signal) noexcept {
    switch (signal) {
        case Signal::interrupt:
            return SIGINT;
        case Signal::terminate:
            return SIGTERM;
        case Signal::hang_up:
            return SIGHUP;
        case Signal::child_ended:
            return SIGCHLD;
        case Signal::user_1:
            return SIGUSR1;
        case Signal::user_2:
            return SIGUSR2;
    }
    const int number = static_cast<int>(signal);
    if (number < 1 || number > SIGRTMAX || number > most) return fail(Errc::invalid_argument, EINVAL);
    return number;
}

// A handler that returned from one of these would be called again for ever, by the same instruction.
bool is_fault(int number) noexcept {
    return number == SIGSEGV || number == SIGBUS || number == SIGFPE || number == SIGILL;
}

}  // namespace

Result<void> add(SignalListener& listener, Signal signal) {
    const auto number = number_of(signal);
    if (!number) return fail(number.error());
    if (is_fault(*number)) return fail(Errc::invalid_argument, EINVAL);
    std::lock_guard lock(changing);
    become_owner();
    Slot& slot = slots[static_cast<std::size_t>(*number)];
    // The listener first, so that no signal finds the handler and nobody to tell.
    SignalListener* const others = slot.first.load();
    listener.next.store(others);
    slot.first.store(&listener);
    auto taken = take(slot, *number);
    if (!taken) slot.first.store(others);
    return taken;
}

void remove(SignalListener& listener, Signal signal) noexcept {
    const auto number = number_of(signal);
    if (!number) return;
    std::lock_guard lock(changing);
    if (owner.load() != ::getpid()) return;
    Slot& slot = slots[static_cast<std::size_t>(*number)];
    const bool last = slot.first.load() == &listener && listener.next.load() == nullptr;
    // Before the list is empty, so that no signal finds neither a listener nor what was there before.
    if (last) give_back(slot, *number);
    std::atomic<SignalListener*>* link = &slot.first;
    while (link->load() != nullptr && link->load() != &listener) link = &link->load()->next;
    if (link->load() == nullptr) return;
    link->store(listener.next.load());
    wait_for_handlers();
}

std::span<const Signal> stop_signals() noexcept {
    static constexpr std::array all{Signal::interrupt, Signal::terminate};
    return all;
}

Result<void> raise_signal(Signal signal) {
    const auto number = number_of(signal);
    if (!number) return fail(number.error());
    sigset_t blocked;
    const bool waits = pthread_sigmask(SIG_BLOCK, nullptr, &blocked) == 0 && sigismember(&blocked, *number) == 1;
    // To this thread it is told before the call returns, and merges with none.
    const int answer = waits ? ::kill(::getpid(), *number) : ::raise(*number);
    if (answer != 0) return posix::fail_last();
    return {};
}

Result<void> send_signal(std::uint64_t process, Signal signal) {
    const auto number = number_of(signal);
    if (!number) return fail(number.error());
    // 0 and what would be negative mean groups of processes.
    if (process == 0 || process > static_cast<std::uint64_t>(INT_MAX)) return fail(Errc::no_such_process, ESRCH);
    if (::kill(static_cast<pid_t>(process), *number) != 0) return posix::fail_last();
    return {};
}

}  // namespace pier::sys
