// How many connections the servers of a program may have together.
#pragma once

#include <pier/sync/event.hpp>
#include <pier/sync/notifier.hpp>

#include <atomic>
#include <cstddef>
#include <mutex>
#include <vector>

namespace pier {

// Any thread.
class ConnectionLimit {
public:
    explicit ConnectionLimit(std::size_t most) noexcept : most_(most) {}

    // For those who would accept one more: whoever is here already comes first.
    [[nodiscard]] bool full() const noexcept { return count_.load() >= most_ || holding_.load() > 0; }
    // Takes a place. False: there is none.
    [[nodiscard]] bool enter() noexcept {
        std::size_t count = count_.load();
        do {
            if (count >= most_) return false;
        } while (!count_.compare_exchange_weak(count, count + 1));
        return true;
    }
    // Gives a place back, and tells those who wait for one.
    void leave() noexcept {
        count_.fetch_sub(1);
        tell();
    }

    // A connection has been accepted that finds no place: it waits in front of those that will be.
    void begin_hold() noexcept { holding_.fetch_add(1); }
    void end_hold() noexcept {
        holding_.fetch_sub(1);
        tell();  // there may be places left for those behind it
    }

    // Who waits announces it before the last look, so that whoever gives a place back then tells it.
    void begin_wait() noexcept { waiting_.fetch_add(1); }
    void end_wait() noexcept { waiting_.fetch_sub(1); }

    void add(Notifier& door) {
        std::lock_guard lock(mutex_);
        doors_.push_back(&door);
    }
    void remove(Notifier& door) noexcept {
        std::lock_guard lock(mutex_);
        std::erase(doors_, &door);
    }

private:
    void tell() noexcept {
        if (waiting_.load() == 0) return;
        std::lock_guard lock(mutex_);
        for (Notifier* door : doors_) door->notify();
    }

    const std::size_t most_;
    std::atomic<std::size_t> count_{0};
    std::atomic<std::size_t> waiting_{0};
    std::atomic<std::size_t> holding_{0};
    std::mutex mutex_;
    std::vector<Notifier*> doors_;
};

}  // namespace pier
