// Ends the process when a case hangs, with the case's name.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace contract {

class Watchdog {
public:
    Watchdog();
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;
    ~Watchdog();

    // A case has begun, or a part of it.
    void progress(std::string_view name);
    // No case is running.
    void rest();
    [[nodiscard]] std::string name();

private:
    void watch();

    std::mutex mutex_;
    std::condition_variable changed_;
    std::string name_;  // empty: nothing runs
    unsigned beat_ = 0;
    bool over_ = false;
    std::thread thread_;
};

}  // namespace contract
