// What the signals are called.
#pragma once

#include <cstdint>

namespace pier {

// The portable ones. A value of 1 or more is a signal of POSIX by the system's own number: sys::signal_by_number().
enum class Signal : std::int32_t {
    interrupt = -6,  // the user interrupts the program. SIGINT; Ctrl-C
    terminate,       // somebody asks it to end. SIGTERM; Ctrl-Break, and the event "Local\pier-stop-PID"
    hang_up,         // its terminal goes. SIGHUP; the console is being closed, the user logs off, the system shuts down
    child_ended,     // a child process has ended. SIGCHLD; on Windows one that Process::spawn() has started
    user_1,          // what the program makes of it. SIGUSR1; not on Windows
    user_2,          // the same: SIGUSR2
};

}  // namespace pier
