// How much somebody may do: so many at once, and so many a second.
#pragma once

#include <pier/time.hpp>

#include <algorithm>
#include <cstdint>

namespace pier::chat {

// A token bucket. Full at first; takes place in whole numbers, so nothing is lost by rounding.
class Bucket {
public:
    // `burst`: what it holds; `rate`: tokens a second that come back. Both at least 1.
    Bucket(std::uint32_t burst, std::uint32_t rate, Time now) noexcept
        : per_token_(Duration(std::chrono::seconds(1)) / std::max(rate, 1U)),
          most_(per_token_ * std::max(burst, 1U)),
          level_(most_),
          as_of_(now) {}

    // False: there is no token now.
    [[nodiscard]] bool take(Time now) noexcept {
        refill(now);
        if (level_ < per_token_) return false;
        level_ -= per_token_;
        return true;
    }
    // When the next token is there; `now` or before if one is.
    [[nodiscard]] Time next(Time now) noexcept {
        refill(now);
        return level_ >= per_token_ ? now : now + (per_token_ - level_);
    }
    [[nodiscard]] bool full(Time now) noexcept {
        refill(now);
        return level_ == most_;
    }

private:
    void refill(Time now) noexcept {
        if (now <= as_of_) return;
        const Duration passed = now - as_of_;
        level_ = passed >= most_ ? most_ : std::min(most_, level_ + passed);
        as_of_ = now;
    }

    // Tokens as the time that they take to come.
    Duration per_token_;
    Duration most_;
    Duration level_;
    Time as_of_;
};

}  // namespace pier::chat
