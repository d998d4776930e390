// How long the messages took: exact at the ends, within three percent in between, in memory that does not grow.
#pragma once

#include <pier/time.hpp>

#include <array>
#include <cstdint>

namespace echo_client {

class Latency {
public:
    void add(pier::Duration duration) noexcept;
    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
    [[nodiscard]] pier::Duration least() const noexcept { return least_; }
    [[nodiscard]] pier::Duration most() const noexcept { return most_; }
    // So many of a thousand took no longer than this.
    [[nodiscard]] pier::Duration permille(unsigned share) const noexcept;

private:
    // A power of two is cut into 32 buckets; below 32 ns every value has its own.
    static constexpr unsigned bits = 5;
    static constexpr std::size_t buckets = (64 - bits + 1) << bits;
    static std::size_t bucket(std::uint64_t nanoseconds) noexcept;
    static std::uint64_t highest(std::size_t bucket) noexcept;

    std::array<std::uint64_t, buckets> counts_{};
    std::uint64_t count_ = 0;
    pier::Duration least_ = pier::Duration::max();
    pier::Duration most_{};
};

}  // namespace echo_client
