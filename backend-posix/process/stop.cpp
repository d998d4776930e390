// Requests to stop, by signals.
#include "process/error.hpp"

#include <pier/sys/stop.hpp>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <limits>
#include <mutex>
#include <thread>
#include <utility>

namespace pier::sys {
namespace {

std::atomic<void (*)(void*) noexcept> stop_handler{nullptr};
std::atomic<void*> stop_context{nullptr};
static_assert(std::atomic<void*>::is_always_lock_free, "a signal handler may use it");

std::atomic<int> handlers_running{0};

void on_signal(int) {
    handlers_running.fetch_add(1, std::memory_order_seq_cst);
    if (auto* handler = stop_handler.load(std::memory_order_seq_cst))
        handler(stop_context.load(std::memory_order_relaxed));
    handlers_running.fetch_sub(1, std::memory_order_seq_cst);
}

struct Disposition {
    int signal;
    struct sigaction before {};
    bool taken = false;
};
std::mutex changing;
std::array<Disposition, 2> dispositions{Disposition{SIGINT}, Disposition{SIGTERM}};

Result<void> take_signals() {
    struct sigaction action = {};
    action.sa_handler = on_signal;
    sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESTART;
    for (Disposition& each : dispositions) {
        if (each.taken) continue;
        if (sigaction(each.signal, nullptr, &each.before) != 0) return posix::fail_last();
        // Who started us with the signal ignored (nohup, a background job of a script) wants it so.
        if (each.signal == SIGINT && each.before.sa_handler == SIG_IGN) continue;
        if (sigaction(each.signal, &action, nullptr) != 0) return posix::fail_last();
        each.taken = true;
    }
    return {};
}

void give_signals_back() noexcept {
    for (Disposition& each : dispositions) {
        if (!std::exchange(each.taken, false)) continue;
        struct sigaction now = {};
        // Somebody else's handler of today is not replaced by one of yesterday.
        const bool ours = sigaction(each.signal, nullptr, &now) == 0 && now.sa_handler == on_signal;
        if (ours) (void)sigaction(each.signal, &each.before, nullptr);
    }
}

}  // namespace

Result<void> on_stop_request(void (*handler)(void*) noexcept, void* context) {
    std::lock_guard lock(changing);
    // First, so that no signal finds neither the handler nor what was there before.
    if (handler == nullptr) give_signals_back();
    stop_handler.store(nullptr, std::memory_order_seq_cst);
    // On another thread one may be in the middle of the old handler, whose context goes after this call.
    while (handlers_running.load(std::memory_order_seq_cst) != 0) std::this_thread::yield();
    stop_context.store(context, std::memory_order_relaxed);
    stop_handler.store(handler, std::memory_order_release);
    if (handler == nullptr) return {};
    auto taken = take_signals();
    if (!taken) {
        give_signals_back();
        stop_handler.store(nullptr, std::memory_order_seq_cst);
    }
    return taken;
}

Result<void> ask_to_stop(std::uint64_t process) {
    // 0 and negative numbers mean groups of processes.
    if (process == 0 || process > static_cast<std::uint64_t>(std::numeric_limits<pid_t>::max()))
        return fail(Errc::invalid_argument);
    if (::kill(static_cast<pid_t>(process), SIGTERM) == 0) return {};
    if (errno == ESRCH) return fail(Errc::invalid_argument, ESRCH);
    return posix::fail_last();
}

}  // namespace pier::sys
