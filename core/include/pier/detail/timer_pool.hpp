// The loop's timers: a node belongs to an operation while its deadline is armed.
#pragma once

#include <pier/detail/timer.hpp>
#include <pier/spi/limits.hpp>

#include <memory>
#include <new>
#include <vector>

namespace pier::spi {

// One thread. Memory is kept until the pool goes.
class TimerPool {
public:
    // Null when memory is short.
    Timer* acquire() noexcept {
        if (free_ == nullptr && !grow()) return nullptr;
        Timer* timer = free_;
        free_ = timer->after;
        *timer = Timer{};
        return timer;
    }
    void recycle(Timer& timer) noexcept {
        timer.after = free_;
        free_ = &timer;
    }

private:
    static constexpr std::size_t slab = spi::limits::timer_slab;
    bool grow() noexcept {
        try {
            slabs_.push_back(std::make_unique<Timer[]>(slab));
        } catch (const std::bad_alloc&) {
            return false;
        }
        for (std::size_t i = slab; i-- > 0;) recycle(slabs_.back()[i]);
        return true;
    }
    std::vector<std::unique_ptr<Timer[]>> slabs_;
    Timer* free_ = nullptr;
};

}  // namespace pier::spi
