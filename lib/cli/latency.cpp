#include <pier/cli/latency.hpp>

#include <algorithm>
#include <bit>
#include <cstdio>

namespace pier {

std::size_t Latency::bucket(std::uint64_t nanoseconds) noexcept {
    if (nanoseconds < (1U << bits)) return static_cast<std::size_t>(nanoseconds);
    auto shift = static_cast<unsigned>(std::bit_width(nanoseconds)) - bits - 1;
    return static_cast<std::size_t>((shift << bits) + (nanoseconds >> shift));
}

std::uint64_t Latency::highest(std::size_t bucket) noexcept {
    if (bucket < (2U << bits)) return bucket;
    std::size_t shift = (bucket >> bits) - 1;
    std::uint64_t leading = (bucket & ((1U << bits) - 1)) | 1U << bits;
    return ((leading + 1) << shift) - 1;
}

void Latency::add(Duration duration) noexcept {
    ++counts_[bucket(static_cast<std::uint64_t>(std::max<Duration::rep>(duration.count(), 0)))];
    ++count_;
    least_ = std::min(least_, duration);
    most_ = std::max(most_, duration);
}

void Latency::add(const Latency& other) noexcept {
    for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
    count_ += other.count_;
    least_ = std::min(least_, other.least_);
    most_ = std::max(most_, other.most_);
}

Duration Latency::permille(unsigned share) const noexcept {
    std::uint64_t wanted = (count_ * share + 999) / 1000;
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        seen += counts_[i];
        if (seen >= wanted && seen > 0) {
            return std::clamp(Duration(static_cast<Duration::rep>(highest(i))), least_, most_);
        }
    }
    return most_;
}

std::string readable(Duration duration) {
    const auto nanoseconds = static_cast<double>(duration.count());
    char text[64];
    if (nanoseconds < 1e6) {
        std::snprintf(text, sizeof text, "%.1f us", nanoseconds / 1e3);
    } else if (nanoseconds < 1e9) {
        std::snprintf(text, sizeof text, "%.2f ms", nanoseconds / 1e6);
    } else {
        std::snprintf(text, sizeof text, "%.2f s", nanoseconds / 1e9);
    }
    return text;
}

}  // namespace pier
