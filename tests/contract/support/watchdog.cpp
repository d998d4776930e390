#include "watchdog.hpp"

#include "harness.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace contract {
namespace {
// Longer than every deadline of a case, and than the slowest case under a sanitizer, or under Wine on a busy machine:
// there one process serves the receives of all.
std::chrono::seconds patience() noexcept { return std::chrono::seconds(under_wine() ? 120 : 30) * settings().patience; }
}  // namespace

Watchdog::Watchdog() : thread_([this] { watch(); }) {}

Watchdog::~Watchdog() {
    {
        std::lock_guard lock(mutex_);
        over_ = true;
    }
    changed_.notify_one();
    thread_.join();
}

void Watchdog::progress(std::string_view name) {
    {
        std::lock_guard lock(mutex_);
        name_ = name;
        ++beat_;
    }
    changed_.notify_one();
}

void Watchdog::rest() { progress({}); }

std::string Watchdog::name() {
    std::lock_guard lock(mutex_);
    return name_;
}

void Watchdog::watch() {
    std::unique_lock lock(mutex_);
    while (!over_) {
        unsigned seen = beat_;
        bool moved = changed_.wait_for(lock, patience(), [&] { return over_ || beat_ != seen; });
        if (moved || name_.empty()) continue;
        std::fprintf(stderr, "watchdog: \"%s\" hangs\n", name_.c_str());
        std::fflush(stderr);
        std::abort();
    }
}

}  // namespace contract
