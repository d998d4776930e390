#include "options.hpp"

#include <charconv>
#include <cmath>

namespace arp_scan {

std::optional<double> read_bandwidth(std::string_view text) {
    double factor = 1;
    if (text.ends_with('K') || text.ends_with('k')) factor = 1e3;
    if (text.ends_with('M') || text.ends_with('m')) factor = 1e6;
    if (factor > 1) text.remove_suffix(1);
    double value = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    value *= factor;
    // An hour between two requests is as good as none.
    if (!std::isfinite(value) || value < 1) return std::nullopt;
    return value;
}

pier::Duration interval_of(double bits_per_second) {
    constexpr double frame_bits = 64 * 8;
    return std::chrono::duration_cast<pier::Duration>(std::chrono::duration<double>(frame_bits / bits_per_second));
}

}  // namespace arp_scan
