// A point in time as the system's waiting calls want it. Rounded up, so that it is never early by this; the system
// rounds to its own ticks.
#pragma once

#include "socket/winsock.hpp"

#include <pier/sys/clock.hpp>
#include <pier/time.hpp>

#include <algorithm>
#include <chrono>

namespace pier::win32 {

// At most this: then the caller looks at its clock and comes again.
inline constexpr Duration longest_wait = std::chrono::hours(24);

[[nodiscard]] inline Duration time_left(Time until) noexcept {
    if (until == Time::min()) return Duration::zero();
    Time present = sys::now();
    return until <= present ? Duration::zero() : std::min(longest_wait, until - present);
}

[[nodiscard]] inline DWORD milliseconds_until(Time until) noexcept {
    if (until == never) return INFINITE;
    return static_cast<DWORD>(std::chrono::ceil<std::chrono::milliseconds>(time_left(until)).count());
}

// Until that object is signalled: true. False when the time has come, or the handle can't be waited for. Longer than
// the longest wait, too.
[[nodiscard]] inline bool wait_for(HANDLE object, Time until, Duration longest = longest_wait) noexcept {
    for (;;) {
        const Time next = until == never ? never : sys::now() + std::min(longest, time_left(until));
        const DWORD answer = ::WaitForSingleObject(object, milliseconds_until(next));
        if (answer != WAIT_TIMEOUT) return answer == WAIT_OBJECT_0;
        if (until != never && sys::now() >= until) return false;
    }
}

// For select. Null for never.
[[nodiscard]] inline timeval* timeout_until(Time until, timeval& storage) noexcept {
    if (until == never) return nullptr;
    auto microseconds = std::chrono::ceil<std::chrono::microseconds>(time_left(until)).count();
    storage.tv_sec = static_cast<decltype(storage.tv_sec)>(microseconds / 1'000'000);
    storage.tv_usec = static_cast<decltype(storage.tv_usec)>(microseconds % 1'000'000);
    return &storage;
}

}  // namespace pier::win32
