// Hundreds of timers at once: none is early by any clock, and they end in the order of their deadlines.
#include "harness.hpp"

#include <pier/sys/clock.hpp>

#include <algorithm>
#include <utility>
#include <vector>

using namespace contract;
using pier::Duration;
using pier::Time;

namespace {

using Steady = std::chrono::steady_clock;

constexpr int timers = 400;

// From 0 to 50 ms, in no order; every eighth is of whole milliseconds, so that some are equal.
constexpr Duration span_of(int number) {
    if (number % 8 == 0) return std::chrono::milliseconds(number / 8 % 51);
    return std::chrono::microseconds(number * 7919 % 50'000);
}

// The two clocks need not have the same zero, and what Steady shows may be older than Pier's time by one step of it.
Duration step_of_steady_clock() {
    Duration step = Duration::max();
    for (int i = 0; i < 5; ++i) {
        auto before = Steady::now();
        auto after = Steady::now();
        while (after == before) after = Steady::now();
        step = std::min<Duration>(step, after - before);
    }
    return step;
}

// A point in time by both clocks: as a beginning Steady's is the earlier one.
struct Instant {
    Steady::time_point steady = Steady::now();
    Time pier = pier::sys::now();
};

// To be called as a timer ends.
void check_not_early(const Instant& base, Time until, Duration step) {
    CHECK(pier::this_loop().now() >= until);
    CHECK(pier::sys::now() >= until);
    CHECK(Steady::now() - base.steady + step >= until - base.pier);
}

}  // namespace

TEST_CASE("time: hundreds of timers end in order, and none is early by any clock") {
    on_loop([]() -> Task<void> {
        Duration step = step_of_steady_clock();
        Instant base;
        std::vector<int> ended;
        auto task = [&](int number) -> Task<void> {
            Time until = base.pier + span_of(number);
            auto slept = co_await pier::sleep(pier::at(until));
            CHECK(outcome(slept) == Errc::ok);
            check_not_early(base, until, step);
            ended.push_back(number);
        };
        pier::TaskScope scope;
        std::vector<int> expected;
        for (int i = 0; i < timers; ++i) {
            scope.spawn(task(i));
            expected.push_back(i);
        }
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        // Equal ones in the order of their start.
        std::ranges::sort(expected, {}, [](int number) { return std::pair(span_of(number), number); });
        CHECK(ended == expected);
    });
}

TEST_CASE("time: hundreds of timers of a loop that is never idle end in order, and none is early by any clock") {
    on_loop([]() -> Task<void> {
        Duration step = step_of_steady_clock();
        std::vector<Instant> starts;
        starts.reserve(timers + 1);
        std::vector<int> ended;
        auto task = [&](int number) -> Task<void> {
            const Instant& start = starts.emplace_back();
            auto slept = co_await pier::sleep(after(span_of(number)));
            CHECK(outcome(slept) == Errc::ok);
            check_not_early(start, start.pier + span_of(number), step);
            ended.push_back(number);
        };
        pier::TaskScope scope;
        for (int i = 0; i < timers; ++i) scope.spawn(task(i));
        co_await next_turn();
        starts.emplace_back();
        while (scope.size() > 0) co_await next_turn();
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        REQUIRE(ended.size() == timers);
        // A deadline lies in the span from its task's beginning to the next one's.
        auto earliest = [&](int number) { return starts[static_cast<std::size_t>(number)].pier + span_of(number); };
        auto latest = [&](int number) { return starts[static_cast<std::size_t>(number) + 1].pier + span_of(number); };
        for (std::size_t i = 1; i < ended.size(); ++i) CHECK(earliest(ended[i - 1]) <= latest(ended[i]));
    });
}
