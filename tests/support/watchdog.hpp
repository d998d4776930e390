// Ends the process when a case hangs, with the case's name.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace support {

class Watchdog {
public:
    // Longer than every deadline of a case.
    explicit Watchdog(std::chrono::seconds patience) : patience_(patience), thread_([this] { watch(); }) {}
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;
    ~Watchdog() {
        {
            std::lock_guard lock(mutex_);
            over_ = true;
        }
        changed_.notify_one();
        thread_.join();
    }

    // A case has begun, or a part of it.
    void progress(std::string_view name) {
        {
            std::lock_guard lock(mutex_);
            name_ = name;
            ++beat_;
        }
        changed_.notify_one();
    }
    // No case is running.
    void rest() { progress({}); }
    [[nodiscard]] std::string name() {
        std::lock_guard lock(mutex_);
        return name_;
    }

private:
    void watch() {
        std::unique_lock lock(mutex_);
        while (!over_) {
            const unsigned seen = beat_;
            const bool moved = changed_.wait_for(lock, patience_, [&] { return over_ || beat_ != seen; });
            if (moved || name_.empty()) continue;
            std::fprintf(stderr, "watchdog: \"%s\" hangs\n", name_.c_str());
            std::fflush(stderr);
            std::abort();
        }
    }

    const std::chrono::seconds patience_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::string name_;  // empty: nothing runs
    unsigned beat_ = 0;
    bool over_ = false;
    std::thread thread_;
};

}  // namespace support
