// Threads that a loop waits for, and what they are given at their start.
#include "harness.hpp"

#include <pier/thread.hpp>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

using namespace contract;
using pier::TaskScope;
using pier::Thread;

namespace {

// Keeps threads until it is opened.
class Gate {
public:
    void open() {
        std::lock_guard lock(mutex_);
        open_ = true;
        changed_.notify_all();
    }
    void wait() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return open_; });
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool open_ = false;
};

Thread start(std::move_only_function<void()> body, const pier::ThreadOptions& options = {}) {
    auto thread = Thread::start(std::move(body), options);
    REQUIRE(outcome(thread) == Errc::ok);
    return std::move(*thread);
}

Errc refusal(const pier::ThreadOptions& options) {
    auto used = std::make_shared<int>(1);
    auto thread = Thread::start([used] { ++*used; }, options);
    if (thread) {
        (void)thread->join_here();
        return Errc::ok;
    }
    // What it was given is gone, and was not used.
    CHECK(used.use_count() == 1);
    CHECK(*used == 1);
    return thread.error().condition;
}

std::vector<unsigned> processors() {
    auto all = pier::processors_of_this_thread();
    REQUIRE(outcome(all) == Errc::ok);
    REQUIRE_FALSE(all->empty());
    return *all;
}

}  // namespace

TEST_CASE("thread: a join waits until a deadline, and the thread goes on") {
    on_loop([]() -> Task<void> {
        Gate gate;
        auto kept = std::make_shared<int>(7);
        Thread thread = start([&gate, kept] { gate.wait(); });
        auto early = co_await thread.join(after(1ms));
        CHECK(outcome(early) == Errc::timed_out);
        auto here = thread.join_here(after(1ms));
        CHECK(outcome(here) == Errc::timed_out);
        CHECK(thread.joinable());
        gate.open();
        auto joined = co_await thread.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(kept.use_count() == 1);
        CHECK_FALSE(thread.joinable());
        auto again = co_await thread.join(after(0s));
        CHECK(outcome(again) == Errc::ok);
        CHECK(outcome(thread.join_here()) == Errc::ok);
    });
}

TEST_CASE("thread: several wait for one, one is cancelled, and the Thread is moved meanwhile") {
    on_loop([]() -> Task<void> {
        Gate gate;
        Thread thread = start([&gate] { gate.wait(); });
        int ends = 0;
        Errc cancelled = Errc::ok;
        auto wait = [&]() -> Task<void> {
            auto joined = co_await thread.join(limit());
            if (joined) ++ends;
        };
        auto give_up = [&]() -> Task<void> {
            auto joined = co_await thread.join(limit());
            cancelled = outcome(joined);
        };
        TaskScope scope;
        for (int i = 0; i < 3; ++i) scope.spawn(wait());
        TaskScope other;
        other.spawn(give_up());
        co_await turns();
        other.cancel();
        auto gone = co_await other.join(limit());
        CHECK(outcome(gone) == Errc::ok);
        CHECK(cancelled == Errc::operation_canceled);
        Thread moved = std::move(thread);
        CHECK_FALSE(thread.joinable());
        gate.open();
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(ends == 3);
        CHECK_FALSE(moved.joinable());
    });
}

TEST_CASE("thread: ends of many threads all arrive") {
    on_loop([]() -> Task<void> {
        std::atomic<int> runs = 0;
        std::vector<Thread> threads;
        for (int i = 0; i < 50; ++i) threads.push_back(start([&runs] { ++runs; }, {.stack = std::size_t{64} << 10}));
        TaskScope scope;
        int ends = 0;
        auto wait = [&](const Thread& thread) -> Task<void> {
            auto joined = co_await thread.join(limit());
            if (joined) ++ends;
        };
        for (const Thread& thread : threads) scope.spawn(wait(thread));
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(ends == 50);
        CHECK(runs == 50);
    });
}

TEST_CASE("thread: its name is the one it was given") {
    std::string name;
    auto thread = start([&name] { name = pier::name_of_this_thread(); }, {.name = "hashing"});
    CHECK(outcome(thread.join_here(limit())) == Errc::ok);
    // An old Wine keeps none.
    const bool expected = name == "hashing" || (under_wine() && name.empty());
    CHECK(expected);
    // A long one may be cut, but not in the middle of a character.
    std::string cut;
    const std::string with_umlaut = "fourteen bytes\u00e4 and more";
    auto longer = start([&cut] { cut = pier::name_of_this_thread(); }, {.name = with_umlaut});
    CHECK(outcome(longer.join_here(limit())) == Errc::ok);
    const bool is_good = cut == "fourteen bytes" || cut == with_umlaut || (under_wine() && cut.empty());
    CHECK(is_good);
    CHECK(refusal({.name = std::string("a\0b", 3)}) == Errc::invalid_argument);
}

TEST_CASE("thread: it runs where it was told to, and its starter where it was") {
    const std::vector<unsigned> before = processors();
    const unsigned last = before.back();
    std::vector<unsigned> seen;
    auto thread = start([&seen] { seen = processors(); }, {.processors = {last}});
    CHECK(outcome(thread.join_here(limit())) == Errc::ok);
    CHECK(seen == std::vector{last});
    CHECK(processors() == before);
    CHECK(refusal({.processors = {last, 1'000'000}}) == Errc::invalid_argument);
    CHECK(refusal({.processors = {60'000}}) == Errc::invalid_argument);
    // On its own as well, and nothing has changed after a refusal.
    auto pinned = start([&] {
        CHECK(outcome(pier::pin_this_thread({})) == Errc::invalid_argument);
        const std::vector<unsigned> wrong{before.front(), 60'000};
        CHECK(outcome(pier::pin_this_thread(wrong)) == Errc::invalid_argument);
        CHECK(processors() == before);
        CHECK(outcome(pier::pin_this_thread(std::span(before).first(1))) == Errc::ok);
        CHECK(processors() == std::vector{before.front()});
    });
    CHECK(outcome(pinned.join_here(limit())) == Errc::ok);
}

TEST_CASE("thread: a stack beyond the limit is refused, and one of any other size is rounded up") {
    CHECK(refusal({.stack = Thread::largest_stack + 1}) == Errc::invalid_argument);
    CHECK(refusal({.stack = static_cast<std::size_t>(-1)}) == Errc::invalid_argument);
    for (const std::size_t stack : {std::size_t{0}, std::size_t{1}, std::size_t{100'001}}) {
        CAPTURE(stack);
        CHECK(refusal({.stack = stack}) == Errc::ok);
    }
}
