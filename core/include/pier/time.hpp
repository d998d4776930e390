// Time and deadlines. Everything is monotonic; Pier never looks at the wall clock.
#pragma once

#include <chrono>

namespace pier {

using Duration = std::chrono::nanoseconds;

// A clock for type safety only: `sys::now()` reads it. Its zero has no meaning.
struct MonotonicClock {
    using rep = Duration::rep;
    using period = Duration::period;
    using duration = Duration;
    using time_point = std::chrono::time_point<MonotonicClock, Duration>;
    static constexpr bool is_steady = true;
};
using Time = MonotonicClock::time_point;

// "Never": a wait without an end.
inline constexpr Time never = Time::max();

// When an operation gives up with `timed_out`: at a point in time, after a span counted from the start of the operation,
// or never (the default). A deadline is never early; it is late by up to the millisecond of the timers and what the
// thread was busy with.
class Deadline {
public:
    constexpr Deadline() noexcept = default;
    constexpr explicit Deadline(Time at) noexcept : at_(at) {}
    constexpr explicit Deadline(Duration span) noexcept : at_(Time(span)), relative_(true) {}

    [[nodiscard]] constexpr bool none() const noexcept { return !relative_ && at_ == never; }

    // The point in time, given the present one. Saturates instead of overflowing.
    [[nodiscard]] constexpr Time resolve(Time now) const noexcept {
        if (!relative_) return at_;
        Duration span = at_.time_since_epoch();
        if (span <= Duration::zero()) return now;
        return span > never - now ? never : now + span;
    }
    [[nodiscard]] constexpr bool relative() const noexcept { return relative_; }

private:
    Time at_ = never;
    bool relative_ = false;
};

[[nodiscard]] constexpr Deadline after(Duration span) noexcept { return Deadline(span); }
[[nodiscard]] constexpr Deadline at(Time time) noexcept { return Deadline(time); }

}  // namespace pier
