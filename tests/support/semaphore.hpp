// A counting semaphore. Those of GCC 12, and its std::atomic<T>::wait, may miss a release where there is no futex.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace support {

class Semaphore {
public:
    explicit Semaphore(int count = 0) noexcept : count_(count) {}

    void release() {
        std::lock_guard lock(mutex_);
        ++count_;
        changed_.notify_one();
    }

    void acquire() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return count_ > 0; });
        --count_;
    }

    // False when nothing was released in that time.
    bool try_acquire_for(std::chrono::milliseconds time) {
        std::unique_lock lock(mutex_);
        if (!changed_.wait_for(lock, time, [this] { return count_ > 0; })) return false;
        --count_;
        return true;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int count_;
};

}  // namespace support
