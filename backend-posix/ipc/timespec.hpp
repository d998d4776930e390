// Points in time as calls with a CLOCK_MONOTONIC want them.
#pragma once

#include <pier/time.hpp>

#include <ctime>

namespace pier::posix {

// Of sys::now(), whose clock it is. `never` is far enough in the future.
[[nodiscard]] inline timespec to_timespec(Time time) noexcept {
    const auto count = time.time_since_epoch().count();
    return {static_cast<std::time_t>(count / 1'000'000'000), static_cast<long>(count % 1'000'000'000)};
}

}  // namespace pier::posix
