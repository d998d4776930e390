#pragma once
#include <chrono>
#include <cstdint>

namespace bench {

inline std::uint64_t now_ns() {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

inline constexpr std::uint64_t ns_per_s = 1'000'000'000;

inline std::uint64_t to_ns(double seconds) { return static_cast<std::uint64_t>(seconds * 1e9); }
inline double to_seconds(std::uint64_t ns) { return static_cast<double>(ns) / 1e9; }

}  // namespace bench
