// How long many things took.
#pragma once

#include <pier/time.hpp>

#include <array>
#include <cstdint>
#include <string>

namespace pier {

// Exact at the ends, within three percent in between, in memory that does not grow.
class Latency {
public:
    void add(Duration duration) noexcept;
    // Those of another one as well.
    void add(const Latency& other) noexcept;
    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
    [[nodiscard]] Duration least() const noexcept { return least_; }
    [[nodiscard]] Duration most() const noexcept { return most_; }
    // So many of a thousand took no longer than this.
    [[nodiscard]] Duration permille(unsigned share) const noexcept;

private:
    // A power of two is cut into 32 buckets; below 32 ns every value has its own.
    static constexpr unsigned bits = 5;
    static constexpr std::size_t buckets = (64 - bits + 1) << bits;
    static std::size_t bucket(std::uint64_t nanoseconds) noexcept;
    static std::uint64_t highest(std::size_t bucket) noexcept;

    std::array<std::uint64_t, buckets> counts_{};
    std::uint64_t count_ = 0;
    Duration least_ = Duration::max();
    Duration most_{};
};

// For people: "12.3 us", "4.56 ms", "7.89 s".
[[nodiscard]] std::string readable(Duration duration);

}  // namespace pier
