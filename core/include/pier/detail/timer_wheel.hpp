// One hierarchical timing wheel (Varghese and Lauck, 1987): six levels of 64 slots, ticks of a millisecond, so that
// spans up to two years cost the same; longer ones wait in the last level and are placed anew. Starting and stopping
// are O(1) without memory.
#pragma once

#include <pier/detail/timer.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace pier::spi {

// One thread. The nodes belong to the caller and stay where they are while they are in the wheel.
class TimerWheel {
public:
    static constexpr Duration tick = std::chrono::milliseconds(1);

    explicit TimerWheel(Time now) noexcept;
    TimerWheel(const TimerWheel&) = delete;
    TimerWheel& operator=(const TimerWheel&) = delete;

    // Never early: it fires at the first whole tick at or after the expiry.
    void start(Timer& timer, Time expiry) noexcept;
    // Does nothing to a timer that is not in the wheel.
    void stop(Timer& timer) noexcept;

    [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
    [[nodiscard]] std::size_t size() const noexcept { return count_; }

    // When to look again: no later than the next expiry; earlier where a slot of a higher level has to be spread first.
    // `never` when empty.
    [[nodiscard]] Time next() const noexcept;

    // Takes one timer that has expired by `now`, in the order of expiry, and of their start where that is equal. Null
    // when there is none. Timers may be started and stopped between two calls.
    Timer* expire(Time now) noexcept;

private:
    static constexpr std::size_t levels = 6;
    static constexpr unsigned bits = 6;
    static constexpr std::size_t slots = 1U << bits;

    // A circular list; an empty slot's head points to itself.
    struct Level {
        std::array<Timer, slots> heads;
        std::uint64_t occupied = 0;
    };

    void place(Timer& timer) noexcept;
    void spread(std::size_t level, std::size_t slot) noexcept;
    static void sort(Timer& head) noexcept;

    std::array<Level, levels> wheel_;
    Timer due_;              // expired and sorted, not yet taken
    std::uint64_t current_;  // every tick up to this one has been moved to due_
    std::size_t count_ = 0;
};

}  // namespace pier::spi
