// The terminal behind the standard streams: keys instead of lines, and its size.
// Resolved by the linker: exactly one backend defines it. Any thread may call it unless it says otherwise, and it
// doesn't block unless it says so. Errors are Pier's conditions with the system's number.
#pragma once

#include <pier/result.hpp>

namespace pier::sys {

// Whether the standard input comes from a terminal, which begin_keys() can change.
[[nodiscard]] bool input_is_terminal() noexcept;

// From now on read_standard_input() gives each key when it is pressed, and the terminal shows nothing of it: UTF-8,
// "\r" or "\n" for the return key, and the sequences of ECMA-48 for keys without a character. Keys that interrupt or
// suspend do so as before. What was typed before the call may still come as a line.
//
// The terminal is as it was before as soon as end_keys() is called, the process ends by exit() or by any signal of
// which it can be told, or, on POSIX, while it is suspended. `changed(context)` is called when what is on the screen
// has to be drawn again, because the size has changed or the process goes on after it was suspended; inside of a signal
// handler, so it may only do what is async-signal-safe. Windows tells nothing of its console's size. Once, until
// end_keys(). Errors: already_in_progress; what the system says where the standard input is no terminal. One thread at
// a time, for this call and end_keys().
[[nodiscard]] Result<void> begin_keys(void (*changed)(void*) noexcept, void* context);
// Idempotent. Afterwards changed() is not called any more, and none is running.
void end_keys() noexcept;

// Of the terminal that the standard output goes to; 80 where that is not known.
[[nodiscard]] unsigned terminal_columns() noexcept;

}  // namespace pier::sys
