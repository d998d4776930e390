// Keys instead of lines, by termios; and giving the terminal back on every way out.
#include "process/error.hpp"

#include <pier/sys/terminal.hpp>

#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <thread>
#include <utility>

namespace pier::sys {
namespace {

// What a signal handler needs of it is set before `active`.
termios before{};
termios keys{};
std::atomic<bool> active{false};
std::atomic<void (*)(void*) noexcept> on_change{nullptr};
std::atomic<void*> on_change_context{nullptr};
std::atomic<int> handlers_running{0};
static_assert(std::atomic<void*>::is_always_lock_free, "a signal handler may use it");

struct Disposition {
    int signal;
    void (*handler)(int);
    struct sigaction before {};
    bool taken = false;
};

void on_end(int signal);
void on_suspend(int signal);
void on_continue(int signal);
void on_size(int signal);

// The ones that end the process; those that are asked for, if nobody else has a handler; and the terminal's own.
std::array dispositions{
    Disposition{SIGHUP, on_end},      Disposition{SIGINT, on_end},       Disposition{SIGQUIT, on_end},
    Disposition{SIGTERM, on_end},     Disposition{SIGABRT, on_end},      Disposition{SIGSEGV, on_end},
    Disposition{SIGBUS, on_end},      Disposition{SIGFPE, on_end},       Disposition{SIGILL, on_end},
    Disposition{SIGTSTP, on_suspend}, Disposition{SIGCONT, on_continue}, Disposition{SIGWINCH, on_size}};

// tcsetattr is async-signal-safe (signal-safety(7)).
void set(const termios& mode) noexcept {
    for (int tries = 0; tries < 16; ++tries) {
        if (tcsetattr(STDIN_FILENO, TCSANOW, &mode) == 0 || errno != EINTR) return;
    }
}

// In the background the terminal is another's, and touching it would stop us (SIGTTOU).
bool in_foreground() noexcept { return tcgetpgrp(STDIN_FILENO) == getpgrp(); }

void restore() noexcept {
    if (active.load() && in_foreground()) set(before);
}

class Running {
public:
    Running() noexcept : number_(errno) { handlers_running.fetch_add(1); }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ~Running() {
        handlers_running.fetch_sub(1);
        errno = number_;
    }

private:
    int number_;
};

void tell() noexcept {
    if (auto* changed = on_change.load()) changed(on_change_context.load());
}

// As the system would have done without us, when this handler returns.
void on_end(int signal) {
    restore();
    std::signal(signal, SIG_DFL);
    (void)raise(signal);
}

void on_suspend(int) {
    const Running running;
    restore();
    // Stops here, as without a handler, and goes on here. A handler for SIGCONT may come first, or last.
    struct sigaction ours {};
    struct sigaction plain {};
    plain.sa_handler = SIG_DFL;
    (void)sigaction(SIGTSTP, &plain, &ours);
    sigset_t just_this;
    sigemptyset(&just_this);
    sigaddset(&just_this, SIGTSTP);
    (void)raise(SIGTSTP);
    (void)pthread_sigmask(SIG_UNBLOCK, &just_this, nullptr);
    (void)pthread_sigmask(SIG_BLOCK, &just_this, nullptr);
    (void)sigaction(SIGTSTP, &ours, nullptr);
    if (active.load() && in_foreground()) set(keys);
    tell();
}

void on_continue(int) {
    const Running running;
    if (active.load() && in_foreground()) set(keys);
    tell();
}

void on_size(int) {
    const Running running;
    tell();
}

void take_signals() noexcept {
    for (Disposition& each : dispositions) {
        struct sigaction now {};
        // Somebody's handler, and a wish to ignore it, stay.
        if (sigaction(each.signal, nullptr, &now) != 0 || now.sa_handler != SIG_DFL) continue;
        struct sigaction action {};
        action.sa_handler = each.handler;
        action.sa_flags = SA_RESTART;
        sigemptyset(&action.sa_mask);
        each.before = now;
        each.taken = sigaction(each.signal, &action, nullptr) == 0;
    }
}

void give_signals_back() noexcept {
    for (Disposition& each : dispositions) {
        if (!std::exchange(each.taken, false)) continue;
        struct sigaction now {};
        const bool ours = sigaction(each.signal, nullptr, &now) == 0 && now.sa_handler == each.handler;
        if (ours) (void)sigaction(each.signal, &each.before, nullptr);
    }
}

}  // namespace

bool input_is_terminal() noexcept { return isatty(STDIN_FILENO) == 1; }

Result<void> begin_keys(void (*changed)(void*) noexcept, void* context) {
    if (active.load()) return fail(Errc::already_in_progress);
    if (tcgetattr(STDIN_FILENO, &before) != 0) return posix::fail_last();
    keys = before;
    // Whole lines, echo and the keys that edit a line; a return stays a "\n", and what is written stays as it is.
    keys.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | IEXTEN);
    keys.c_cc[VMIN] = 1;
    keys.c_cc[VTIME] = 0;
    static const bool at_exit = std::atexit(end_keys) == 0;
    if (!at_exit) return fail(Errc::not_enough_memory);
    on_change_context.store(context);
    on_change.store(changed);
    active.store(true);
    take_signals();
    if (in_foreground() && tcsetattr(STDIN_FILENO, TCSANOW, &keys) != 0) {
        const Error error = posix::last_error();
        end_keys();
        return fail(error);
    }
    return {};
}

void end_keys() noexcept {
    if (!active.load()) return;
    restore();
    active.store(false);
    on_change.store(nullptr);
    give_signals_back();
    // One that began before may be in its middle on another thread.
    while (handlers_running.load() != 0) std::this_thread::yield();
    // It may have set the keys again.
    if (in_foreground()) set(before);
}

unsigned terminal_columns() noexcept {
    winsize size{};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
    return size.ws_col;
}

}  // namespace pier::sys
