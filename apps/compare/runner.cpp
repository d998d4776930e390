#include "runner.hpp"

#include <pier/spi/assert.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

namespace compare {
namespace {

// Longer than any steps take that reach their deadlines, one after the other.
constexpr std::chrono::seconds patience{30};

struct Run {
    std::mutex mutex;
    std::condition_variable changed;
    std::optional<Verdict> verdict;
};

std::atomic<bool> crashed{false};
bool left = false;

// Whoever broke an assertion stays here for ever: returning would end the program, and with it the comparison.
void stay_here() noexcept {
    crashed.store(true);
    for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
}

}  // namespace

void watch_for_crashes() { pier::spi::on_assertion_failed(stay_here); }

bool left_behind() { return left; }

Verdict run(const Behaviour& behaviour, const pier::spi::EngineInfo& engine) {
    if (!behaviour.steps) return not_applicable(behaviour.not_applicable);
    auto shared = std::make_shared<Run>();
    crashed = false;
    std::thread runner([shared, &behaviour, &engine] {
        Verdict verdict = behaviour.steps(engine);
        std::lock_guard lock(shared->mutex);
        shared->verdict = std::move(verdict);
        shared->changed.notify_one();
    });
    const auto end = std::chrono::steady_clock::now() + patience;
    std::unique_lock lock(shared->mutex);
    // In steps, because who stays there may hold any lock.
    while (!shared->verdict && !crashed && std::chrono::steady_clock::now() < end) {
        shared->changed.wait_for(lock, std::chrono::milliseconds(50));
    }
    if (shared->verdict) {
        Verdict verdict = std::move(*shared->verdict);
        lock.unlock();
        runner.join();
        return verdict;
    }
    runner.detach();
    left = true;
    if (crashed) return {Outcome::crash, "an assertion failed, see above"};
    return {Outcome::hang, "no end within " + std::to_string(patience.count()) + " seconds"};
}

}  // namespace compare
