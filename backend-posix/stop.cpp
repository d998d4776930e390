// Requests to stop, by signals.
#include "error.hpp"

#include <pier/spi/sys.hpp>

#include <atomic>
#include <csignal>
#include <thread>

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

}  // namespace

Result<void> on_stop_request(void (*handler)(void*) noexcept, void* context) {
    stop_handler.store(nullptr, std::memory_order_seq_cst);
    // On another thread one may be in the middle of the old handler, whose context goes after this call.
    while (handlers_running.load(std::memory_order_seq_cst) != 0) std::this_thread::yield();
    stop_context.store(context, std::memory_order_relaxed);
    stop_handler.store(handler, std::memory_order_release);
    struct sigaction action = {};
    action.sa_handler = on_signal;
    sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESTART;
    for (int signal : {SIGINT, SIGTERM}) {
        // Who started us with the signal ignored (nohup, a background job of a script) wants it so.
        struct sigaction before = {};
        if (sigaction(signal, nullptr, &before) != 0) return posix::fail_last();
        if (signal == SIGINT && before.sa_handler == SIG_IGN) continue;
        if (sigaction(signal, &action, nullptr) != 0) return posix::fail_last();
    }
    return {};
}

}  // namespace pier::sys
