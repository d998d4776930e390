// Requests to stop the process. Core's own, by stop_signals() of pier/sys/signal.hpp. Any thread may call it, and it
// doesn't block. Errors are Pier's conditions with the system's number.
#pragma once

#include <pier/result.hpp>

namespace pier::sys {

// Calls handler(context) when the user or the system asks the process to stop: SIGINT, SIGTERM; Ctrl-C, Ctrl-Break,
// closing the console, and the named event "Local\pier-stop-PID" on Windows. The handler runs on another thread or
// inside a signal handler: it may only do what is async-signal-safe (Loop::post of a prepared Post is). Can come more
// than once. When the call returns, the handler before is not running any more. Without a handler, what held before the
// first one holds again (a handler that somebody else has set since stays); on Windows the event goes unheard.
// Errors: permission_denied where another process has made the event (Windows), not_enough_memory.
[[nodiscard]] Result<void> on_stop_request(void (*handler)(void*) noexcept, void* context);

}  // namespace pier::sys
