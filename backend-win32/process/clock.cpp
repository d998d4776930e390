#include "socket/winsock.hpp"

#include <pier/sys/clock.hpp>

namespace pier::sys {

// Neither call can fail since Windows XP.
Time now() noexcept {
    static const std::int64_t frequency = [] {
        LARGE_INTEGER value;
        ::QueryPerformanceFrequency(&value);
        return static_cast<std::int64_t>(value.QuadPart);
    }();
    LARGE_INTEGER value;
    ::QueryPerformanceCounter(&value);
    constexpr std::int64_t second = 1'000'000'000;
    std::int64_t ticks = value.QuadPart;
    // In two steps, because ticks * second overflows within a quarter of an hour at 10 MHz.
    return Time(Duration(ticks / frequency * second + ticks % frequency * second / frequency));
}

}  // namespace pier::sys
