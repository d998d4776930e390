// The clock of the system.
// Resolved by the linker: exactly one backend defines it. Any thread may call it unless it says otherwise, and it
// doesn't block unless it says so. Errors are Pier's conditions with the system's number.
#pragma once

#include <pier/time.hpp>

namespace pier::sys {

// Monotonic, in nanoseconds (CLOCK_MONOTONIC; QueryPerformanceCounter).
[[nodiscard]] Time now() noexcept;

}  // namespace pier::sys
