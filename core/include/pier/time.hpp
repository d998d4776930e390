// Time and deadlines. Everything is monotonic; Pier never looks at the wall clock.
#pragma once

#include <chrono>
#include <cstdint>

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

// When an operation gives up with `timed_out`: at a point in time, after a span counted from the start of the
// operation, or never (the default). A deadline is never early; it is late by up to the millisecond of the timers and
// what the thread was busy with. An operation that would wait and finds no memory for its deadline gives up at once
// with not_enough_memory; what it would mean to reach the deadline holds then, too.
class Deadline {
public:
    constexpr Deadline() noexcept = default;
    constexpr explicit Deadline(Time at) noexcept : value_(at == never ? 0 : 1 + positive(at.time_since_epoch())) {}
    constexpr explicit Deadline(Duration span) noexcept : value_(-1 - positive(span)) {}

    [[nodiscard]] constexpr bool none() const noexcept { return value_ == 0; }

    // The point in time, given the present one. Saturates instead of overflowing.
    [[nodiscard]] constexpr Time resolve(Time now) const noexcept {
        if (none()) return never;
        if (!relative()) return Time(Duration(value_ - 1));
        Duration span(-1 - value_);
        return span > never - now ? never : now + span;
    }
    [[nodiscard]] constexpr bool relative() const noexcept { return value_ < 0; }

private:
    // What lies before the clock's zero is over in any case.
    static constexpr std::int64_t positive(Duration d) noexcept { return d < Duration::zero() ? 0 : d.count(); }

    // A point in time as 1 + its count; a span as -1 - span; 0 for never, which costs an awaiter nothing to set.
    std::int64_t value_ = 0;
};

[[nodiscard]] constexpr Deadline after(Duration span) noexcept { return Deadline(span); }
[[nodiscard]] constexpr Deadline at(Time time) noexcept { return Deadline(time); }
// The same deadline as a point in time, a span counted from now: for several operations that share it.
[[nodiscard]] Deadline absolute(Deadline deadline) noexcept;

}  // namespace pier
