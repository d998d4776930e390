#include <pier/sys/clock.hpp>

#include <time.h>

namespace pier::sys {

Time now() noexcept {
    timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);  // cannot fail: the clock exists and the pointer is good
    return Time(std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec));
}

}  // namespace pier::sys
