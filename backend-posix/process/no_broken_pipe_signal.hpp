// Calls that say EPIPE by a signal, too.
#pragma once

#include <signal.h>
#include <cerrno>
#include <ctime>

namespace pier::posix {

// While it lives, a write to what nobody reads raises no signal in this thread; others keep what they have.
class NoBrokenPipeSignal {
public:
    NoBrokenPipeSignal() noexcept {
        sigemptyset(&signal_);
        sigaddset(&signal_, SIGPIPE);
        (void)pthread_sigmask(SIG_BLOCK, &signal_, &before_);
        if (sigismember(&before_, SIGPIPE) != 1) return;  // so none can be pending
        sigset_t pending;
        sigemptyset(&pending);
        (void)sigpending(&pending);
        was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    }
    NoBrokenPipeSignal(const NoBrokenPipeSignal&) = delete;
    ~NoBrokenPipeSignal() {
        const int error = errno;
        (void)pthread_sigmask(SIG_SETMASK, &before_, nullptr);
        errno = error;
    }

    // The write has raised it.
    void take() noexcept {
        const timespec at_once{};
        while (!was_pending_ && sigtimedwait(&signal_, nullptr, &at_once) < 0 && errno == EINTR) {
        }
        errno = EPIPE;
    }

private:
    sigset_t signal_{};
    sigset_t before_{};
    bool was_pending_ = false;
};

}  // namespace pier::posix
