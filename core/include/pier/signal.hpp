// Signals of the system to this process, as events of a loop.
#pragma once

#include <pier/process/signal_name.hpp>
#include <pier/result.hpp>
#include <pier/task.hpp>
#include <pier/time.hpp>

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>

namespace pier {

// Takes some signals while it lives. For example
//   auto signals = SignalSet::open({Signal::interrupt, Signal::hang_up});
//   ... auto came = co_await signals->next();
//   if (came && *came == Signal::hang_up) read_configuration();
// A signal that is taken does not do what it did before (most of them end the process): the program decides. When the
// last set with it goes, it does that again. Any number of sets may be open, on any loops and threads: each is told of
// each signal. StopRequests and serve() are told as well, beside any set.
//
// Nothing is merged or lost here: next() gives as many as the system has told. POSIX merges a signal with one of its
// kind that has not been told yet, but for real-time signals, which queue; so does Windows with the event of terminate.
// Signals of different kinds come in no promised order.
//
// POSIX: a handler that somebody else had installed is not called meanwhile, but for child_ended (and what else the
// system ignores unless it is asked), where it is called after the sets. A handler that is installed while a set is
// open takes the signal from it. interrupt and hang_up never come where the process was started to ignore them (nohup,
// a script's background job). A process that was forked without exec is told of none until it opens a set itself;
// until then a signal does there what it did before the parent's first set. child_ended says only that there is
// something to look at, also where children end by somebody else's doing; Process::wait() tells of each end.
//
// Windows: who takes hang_up has about five seconds to end the process, then the system does; the event ends nothing
// that goes on. child_ended is told of those that were started while a set with it was open. There is no user_1 and
// no user_2.
//
// Move-only; one that was moved from can only be assigned to. Opened and destroyed on its loop's thread, inside a task,
// and not while a task waits in next().
class SignalSet {
public:
    // Errors: not_supported for what this system has not; invalid_argument for an empty list, and for a number that
    // can't be taken: SIGKILL, SIGSTOP, and the faults of a program's own code (SIGSEGV, SIGBUS, SIGFPE, SIGILL);
    // permission_denied where somebody else has made the event of terminate (Windows); what the system says. Throws
    // std::bad_alloc. In all cases nothing has changed.
    [[nodiscard]] static Result<SignalSet> open(std::span<const Signal> signals);
    [[nodiscard]] static Result<SignalSet> open(std::initializer_list<Signal> signals) {
        return open(std::span(signals.begin(), signals.size()));
    }
    SignalSet(SignalSet&& other) noexcept;
    SignalSet& operator=(SignalSet&& other) noexcept;
    ~SignalSet();

    // The next signal, or one that has come since the set was opened. Several tasks may wait: each signal goes to one
    // of them, the one that has waited longest; who wants all of them opens a set of its own. Kinds that have come
    // take turns. Errors: timed_out, operation_canceled; no signal is lost with them.
    [[nodiscard]] Task<Result<Signal>> next(Deadline deadline = {});

private:
    struct State;
    explicit SignalSet(std::unique_ptr<State> state) noexcept;

    std::unique_ptr<State> state_;
};

// Sends one to this process, as somebody else would: POSIX's raise(3), so each call is told, or its kill(2) where this
// thread blocks the signal. On Windows the sets are told as the system would, nobody else is, and without one the
// process ends, as it would by the system (not for child_ended). Any thread. Errors: not_supported, invalid_argument.
[[nodiscard]] Result<void> raise_signal(Signal signal);

// Sends one to another process. POSIX: kill(2). Windows has only terminate, and for programs of Pier alone that wait
// for it (StopRequests, serve(), a SignalSet): it sets the event "Local\pier-stop-PID" of the receiver's session.
// GenerateConsoleCtrlEvent would reach only who shares this console, Ctrl-C all of them with the sender, and Ctrl-Break
// a whole group of processes. Any thread. Errors: no_such_process; permission_denied; not_supported for another signal
// on Windows, and for a process there that does not wait for it; invalid_argument.
[[nodiscard]] Result<void> send_signal(std::uint64_t process, Signal signal);

}  // namespace pier
