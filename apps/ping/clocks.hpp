// The time: of this machine's own clock, for spans, and of the wall clock, by which the system tells when a packet
// came.
#pragma once

#include "requests.hpp"

#include <chrono>

namespace ping {

[[nodiscard]] inline Nanoseconds monotonic() {
    return std::chrono::duration_cast<Nanoseconds>(std::chrono::steady_clock::now().time_since_epoch());
}
// Since the beginning of 1970 (UTC).
[[nodiscard]] inline Nanoseconds wall() {
    return std::chrono::duration_cast<Nanoseconds>(std::chrono::system_clock::now().time_since_epoch());
}

}  // namespace ping
