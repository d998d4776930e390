// Latencies in buckets of at most 1.6 % width, so that recording one costs the same at any size.
#pragma once
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace bench {

class Histogram {
public:
    void add(std::uint64_t value) {
        ++counts_[bucket_of(value)];
        ++total_;
        if (value > largest_) largest_ = value;
    }

    std::uint64_t largest() const { return largest_; }

    // The value that the given share of all values doesn't exceed; 0 without values.
    double percentile(double share) const {
        const auto rank = static_cast<std::uint64_t>(share * static_cast<double>(total_));
        std::uint64_t seen = 0;
        for (std::size_t i = 0; i < counts_.size(); ++i) {
            seen += counts_[i];
            if (seen > rank) return middle_of(i);
        }
        return static_cast<double>(largest_);
    }

private:
    // 64 buckets per power of two, the first 64 of them exact.
    static constexpr std::size_t per_octave = 64;
    static constexpr int exact_bits = std::countr_zero(per_octave);

    static std::size_t bucket_of(std::uint64_t value) {
        if (value < per_octave) return static_cast<std::size_t>(value);
        const int shift = static_cast<int>(std::bit_width(value)) - 1 - exact_bits;
        return (static_cast<std::size_t>(shift) + 1) * per_octave + ((value >> shift) & (per_octave - 1));
    }

    static double middle_of(std::size_t bucket) {
        if (bucket < per_octave) return static_cast<double>(bucket);
        const auto scale = static_cast<double>(std::uint64_t{1} << (bucket / per_octave - 1));
        return (static_cast<double>(per_octave + bucket % per_octave) + 0.5) * scale;
    }

    std::array<std::uint64_t, per_octave*(64 - exact_bits + 1)> counts_{};
    std::uint64_t total_ = 0;
    std::uint64_t largest_ = 0;
};

}  // namespace bench
