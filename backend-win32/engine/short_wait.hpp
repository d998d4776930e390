// Waits that end within a millisecond of their time. The waiting calls' own timeouts end with the system's ticks, of
// 15.6 ms ("Wait Functions and Time-out Intervals"); a timer of high resolution does not, and ends a wait as a
// procedure call, if the wait is alertable.
#pragma once

#include "engine/owned_handle.hpp"

#include <pier/time.hpp>

namespace pier::win32 {

// One waiter's; used by one thread at a time.
class ShortWait {
public:
    // What is further away is late by less than half of itself, which is not worth a call more.
    static constexpr Duration nearest_ticks = std::chrono::milliseconds(32);

    ShortWait() noexcept;
    ShortWait(const ShortWait&) = delete;
    ShortWait& operator=(const ShortWait&) = delete;

    enum class Mode : bool { plain, alertable };

    // Directly before a wait that is to end at `until`: how it has to wait. An alertable one then ends in time, by
    // WAIT_IO_COMPLETION; its own timeout stays, for whatever takes the call away. Costs a call of the system only when
    // that time is near and another than before.
    [[nodiscard]] Mode begin(Time until) noexcept;
    // The wait ended by WAIT_IO_COMPLETION.
    void interrupted() noexcept { armed_ = Time::min(); }

private:
    OwnedHandle timer_;  // empty: the system has none (before Windows 10 1803), or none with a routine
    Time armed_ = Time::min();
    DWORD thread_ = 0;  // whom the timer calls
};

}  // namespace pier::win32
