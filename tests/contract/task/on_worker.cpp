// on_worker: work on other threads, whose results come back to the loop.
#include "harness.hpp"

#include <pier/task/on_worker.hpp>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>

using namespace contract;
using pier::Result;
using pier::TaskScope;

namespace {

// Holds worker threads back until it is opened.
class Gate {
public:
    void pass() {
        std::unique_lock lock(mutex_);
        ++arrived_;
        changed_.notify_all();
        changed_.wait(lock, [this] { return open_; });
    }
    void open() {
        std::lock_guard lock(mutex_);
        open_ = true;
        changed_.notify_all();
    }
    void await_arrivals(int count) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return arrived_ >= count; });
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int arrived_ = 0;
    bool open_ = false;
};

}  // namespace

TEST_CASE("on_worker: runs elsewhere, and its result comes back") {
    on_loop([]() -> Task<void> {
        const auto here = std::this_thread::get_id();
        auto there = co_await pier::on_worker([] { return std::this_thread::get_id(); }, limit());
        REQUIRE(there.has_value());
        CHECK(*there != here);
        CHECK(std::this_thread::get_id() == here);
        auto give = [value = std::make_unique<int>(3)]() mutable { return std::move(value); };
        auto moved = co_await pier::on_worker(std::move(give), limit());
        REQUIRE(moved.has_value());
        CHECK(**moved == 3);
        int done = 0;
        auto nothing = co_await pier::on_worker([&] { ++done; }, limit());
        CHECK(outcome(nothing) == Errc::ok);
        CHECK(done == 1);
        auto failed =
            co_await pier::on_worker([]() -> Result<int> { return pier::fail(Errc::no_buffer_space); }, limit());
        CHECK(outcome(failed) == Errc::no_buffer_space);
        std::string said;
        try {
            (void)co_await pier::on_worker([] { throw std::runtime_error("over there"); }, limit());
        } catch (const std::runtime_error& error) {
            said = error.what();
        }
        CHECK(said == "over there");
    });
}

TEST_CASE("on_worker: a wait that is given up leaves the work alone, and work that has not begun is never done") {
    auto gate = std::make_shared<Gate>();
    auto done = std::make_shared<std::atomic<int>>(0);
    on_loop([&]() -> Task<void> {
        auto hold = [&]() -> Task<void> {
            auto work = [gate, done] {
                gate->pass();
                ++*done;
            };
            auto result = co_await pier::on_worker(work);
            CHECK(outcome(result) == Errc::operation_canceled);
        };
        TaskScope holding;
        for (int i = 0; i < 4; ++i) holding.spawn(hold());
        co_await turns();
        gate->await_arrivals(4);
        // All threads are busy: this one waits for one, and is withdrawn.
        auto add = [done] { *done += 100; };
        auto late = co_await pier::on_worker(add, after(1ms));
        CHECK(outcome(late) == Errc::timed_out);
        holding.cancel();
        auto joined = co_await holding.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        gate->open();
        auto after_them = co_await pier::on_worker([] { return 1; }, limit());
        CHECK(after_them.value_or(0) == 1);
    });
    CHECK(*done < 100);
}

TEST_CASE("on_worker: more than may wait are refused at once, and the others are all done") {
    constexpr int places = 1024;
    auto gate = std::make_shared<Gate>();
    int done = 0;
    int refused = 0;
    on_loop([&]() -> Task<void> {
        auto work = [&](bool holds) -> Task<void> {
            auto pass = [gate, holds] {
                if (holds) gate->pass();
            };
            auto result = co_await pier::on_worker(pass);
            if (result) ++done;
            if (!result && result.error() == Errc::too_many_jobs) ++refused;
        };
        TaskScope scope;
        for (int i = 0; i < 4; ++i) scope.spawn(work(true));
        co_await turns();
        gate->await_arrivals(4);
        for (int i = 0; i < places + 10; ++i) scope.spawn(work(false));
        co_await turns();
        CHECK(refused == 10);
        gate->open();
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
    });
    CHECK(done == places + 4);
}
