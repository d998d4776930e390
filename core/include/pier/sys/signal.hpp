// Signals to this process. This is the one owner of what they do in it.
// Resolved by the linker: exactly one backend defines it. Any thread may call it unless it says otherwise, and it
// doesn't block unless it says so. Errors are Pier's conditions with the system's number.
#pragma once

#include <pier/process/signal_name.hpp>
#include <pier/result.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

namespace pier::sys {

// Who wants to be told of one signal. It is linked, so that telling it needs no memory.
struct SignalListener {
    // Each time, inside a signal handler or on another thread, also on several at once: it may only do what is
    // async-signal-safe (Notifier::notify is).
    void (*told)(SignalListener& self) noexcept = nullptr;
    std::atomic<SignalListener*> next{nullptr};
};

// A signal of POSIX by the system's own number (SIGWINCH, SIGRTMIN + 3); real-time signals queue in the system, and
// each is told. SIGRTMAX - 1 and SIGRTMAX - 2 are Pier's own in the children of a server that forks. The value that
// sigqueue(3) sends along is not kept. Whether it can be taken is seen when it is.
[[nodiscard]] constexpr Signal signal_by_number(std::int32_t number) noexcept { return Signal{number}; }

// From now on the listener is told. Errors: as SignalSet::open(); nothing has changed then.
[[nodiscard]] Result<void> add(SignalListener& listener, Signal signal);
// When it returns, nobody is telling the listener, and nobody will. Not inside of a signal handler. After the last
// listener the signal does again what it did before the first, unless somebody else has changed that since. In a
// process that was forked, listeners of the parent are gone already; this does nothing for them.
void remove(SignalListener& listener, Signal signal) noexcept;

// Those by which a user or the system asks a process to stop, in the order in which they are to be taken: SIGINT and
// SIGTERM; on Windows the event of terminate, Ctrl-C and the closing of the console. At most most_stop_signals.
inline constexpr std::size_t most_stop_signals = 3;
[[nodiscard]] std::span<const Signal> stop_signals() noexcept;

// As pier::raise_signal() and pier::send_signal().
[[nodiscard]] Result<void> raise_signal(Signal signal);
[[nodiscard]] Result<void> send_signal(std::uint64_t process, Signal signal);

}  // namespace pier::sys
