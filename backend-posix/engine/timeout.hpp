// Points in time as the timeouts of wait calls.
#pragma once

#include <pier/sys/clock.hpp>
#include <pier/time.hpp>

#include <limits>

namespace pier::posix {

// Milliseconds until then for poll and epoll_wait: rounded up, so that a wait never ends early and is repeated in vain;
// 0 for the past, -1 for never.
[[nodiscard]] inline int milliseconds_until(Time until) noexcept {
    if (until == never) return -1;
    if (until == Time::min()) return 0;
    Duration left = until - sys::now();
    if (left <= Duration::zero()) return 0;
    constexpr auto most = std::chrono::milliseconds(std::numeric_limits<int>::max());
    if (left >= most) return std::numeric_limits<int>::max();
    return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(left).count());
}

}  // namespace pier::posix
