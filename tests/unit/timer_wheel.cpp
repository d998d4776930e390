// The timing wheel, by cases. timer_model.cpp compares it with a sorted list.
#include <pier/detail/timer_wheel.hpp>

#include <doctest/doctest.h>

#include <deque>
#include <map>
#include <vector>

using namespace std::chrono_literals;
using pier::Duration;
using pier::never;
using pier::Time;
using pier::spi::Timer;
using pier::spi::TimerWheel;

namespace {

constexpr Duration tick = TimerWheel::tick;
constexpr std::int64_t horizon = std::int64_t{1} << 36;  // ticks of all six levels

constexpr Time at_tick(std::int64_t number) { return Time(number * tick); }

std::vector<Timer*> expire_all(TimerWheel& wheel, Time now) {
    std::vector<Timer*> fired;
    while (Timer* timer = wheel.expire(now)) fired.push_back(timer);
    return fired;
}

// By expiry, and as they stand where that is equal.
std::vector<Timer*> in_order(const std::vector<Timer*>& timers) {
    std::multimap<Time, Timer*> sorted;
    for (Timer* timer : timers) sorted.emplace(timer->expiry, timer);
    std::vector<Timer*> result;
    for (const auto& [expiry, timer] : sorted) result.push_back(timer);
    return result;
}

// Looks again whenever the wheel says so, as a loop does; when the next one fired.
struct Fired {
    Timer* timer = nullptr;
    Time time{};
    int looks = 0;
};
Fired follow(TimerWheel& wheel) {
    Fired result;
    while (result.looks < 1000 && !wheel.empty()) {
        ++result.looks;
        result.time = wheel.next();
        if (result.time == never) break;
        result.timer = wheel.expire(result.time);
        if (result.timer != nullptr) break;
    }
    return result;
}

}  // namespace

TEST_CASE("wheel: empty") {
    TimerWheel wheel(at_tick(1000));
    CHECK(wheel.empty());
    CHECK(wheel.size() == 0);
    CHECK(wheel.next() == never);
    CHECK(wheel.expire(at_tick(1000)) == nullptr);
    CHECK(wheel.expire(at_tick(5000)) == nullptr);
    CHECK(wheel.expire(Time::min()) == nullptr);
    CHECK(wheel.expire(never) == nullptr);
}

TEST_CASE("wheel: never early, and late by less than a tick") {
    for (std::int64_t start : {std::int64_t{0}, std::int64_t{1}, std::int64_t{63}, std::int64_t{64}, std::int64_t{4095},
                               std::int64_t{123'456'789}, horizon - 1, horizon, horizon + 1}) {
        for (Duration span :
             {1ns, 999'999ns, 1'000'000ns, 1'000'001ns, 2'500'000ns, 63'000'000ns, 64'000'000ns, 65'000'001ns}) {
            Time now = at_tick(start) + 300us;
            CAPTURE(start);
            CAPTURE(span.count());
            TimerWheel wheel(now);
            Timer timer;
            wheel.start(timer, now + span);
            CHECK(wheel.size() == 1);
            // The instant before the first whole tick at or after the expiry.
            Time due = at_tick((now + span).time_since_epoch().count() / tick.count());
            if (due < now + span) due += tick;
            CHECK(wheel.next() <= due);
            CHECK(wheel.expire(now + span - 1ns) == nullptr);
            CHECK(wheel.expire(due - 1ns) == nullptr);
            CHECK(wheel.expire(due) == &timer);
            CHECK(timer.before == nullptr);
            CHECK(timer.expiry == now + span);
            CHECK(wheel.empty());
            CHECK(wheel.next() == never);
        }
    }
}

TEST_CASE("wheel: what is due already fires at the next tick, not in this one") {
    Time now = at_tick(5000) + 10us;
    TimerWheel wheel(now);
    Timer timers[4];
    wheel.start(timers[0], now);
    wheel.start(timers[1], Time::min());
    wheel.start(timers[2], Time{});
    wheel.start(timers[3], at_tick(4999));
    CHECK(expire_all(wheel, now).empty());
    CHECK(wheel.next() == at_tick(5001));
    CHECK(expire_all(wheel, at_tick(5001)) == std::vector{&timers[1], &timers[2], &timers[3], &timers[0]});
}

TEST_CASE("wheel: a timer that starts itself anew can't hold up the turn") {
    TimerWheel wheel(at_tick(100));
    Timer timer;
    wheel.start(timer, at_tick(100));
    int fired = 0;
    while (Timer* each = wheel.expire(at_tick(110))) {
        REQUIRE(++fired <= 10);
        wheel.start(*each, at_tick(100));
    }
    CHECK(fired == 10);
    CHECK(wheel.size() == 1);
}

TEST_CASE("wheel: order of expiry within a tick, of start where that is equal") {
    Time now = at_tick(777);
    TimerWheel wheel(now);
    std::deque<Timer> timers(500);
    std::vector<Timer*> expected;
    for (std::size_t i = 0; i < timers.size(); ++i) {
        // 50 instants in each of two neighbouring ticks, each five times.
        wheel.start(timers[i], now + 10ms + std::chrono::microseconds((i * 37 % 100) * 20));
        expected.push_back(&timers[i]);
    }
    expected = in_order(expected);
    CHECK(expire_all(wheel, now + 20ms) == expected);
}

TEST_CASE("wheel: order of start where the expiry is equal, however far away it was") {
    TimerWheel wheel(at_tick(0));
    std::deque<Timer> timers(40);
    Time expiry = at_tick(1'000'000);
    // Each is started nearer to the expiry, so on another level.
    std::vector<Timer*> expected;
    std::int64_t now = 0;
    for (Timer& timer : timers) {
        wheel.start(timer, expiry);
        expected.push_back(&timer);
        now += (1'000'000 - now) / 2;
        CHECK(wheel.expire(at_tick(now)) == nullptr);
    }
    CHECK(expire_all(wheel, expiry - 1ns).empty());
    CHECK(expire_all(wheel, expiry) == expected);
}

TEST_CASE("wheel: cascades over all levels") {
    for (std::int64_t start : {std::int64_t{0}, std::int64_t{63}, (std::int64_t{1} << 30) - 1, horizon - 2}) {
        CAPTURE(start);
        TimerWheel wheel(at_tick(start));
        std::deque<Timer> timers;
        std::vector<Timer*> expected;
        for (int level = 0; level <= 35; ++level) {
            for (std::int64_t off : {-1, 0, 1}) {
                std::int64_t span = (std::int64_t{1} << level) + off;
                if (span <= 0) continue;
                wheel.start(timers.emplace_back(), at_tick(start + span));
                expected.push_back(&timers.back());
            }
        }
        expected = in_order(expected);
        for (Timer* timer : expected) {
            CAPTURE(timer->expiry.time_since_epoch() / tick);
            Fired fired = follow(wheel);
            REQUIRE(fired.timer == timer);
            CHECK(fired.time == timer->expiry);
            CHECK(fired.looks <= 6);
        }
        CHECK(wheel.empty());
    }
}

TEST_CASE("wheel: one long jump expires everything in order") {
    TimerWheel wheel(at_tick(1));
    std::deque<Timer> timers(2000);
    std::vector<Timer*> expected;
    std::int64_t span = 1;
    for (Timer& timer : timers) {
        span = (span * 48'271 + 1'442'695) % (horizon - 5);
        wheel.start(timer, at_tick(1 + span));
        expected.push_back(&timer);
    }
    expected = in_order(expected);
    CHECK(expire_all(wheel, at_tick(horizon)) == expected);
}

TEST_CASE("wheel: a short span over the end of the wheel's range fires in time") {
    // After 795 days of uptime the position passes a multiple of 2^36 ticks.
    for (std::int64_t multiple : {1, 2, 7}) {
        for (std::int64_t before : {1, 2, 63, 64, 65, 4096, 60'000}) {
            for (std::int64_t span : {std::int64_t{1}, std::int64_t{100}, std::int64_t{60'000}, std::int64_t{3'600'000},
                                      std::int64_t{1} << 33}) {
                CAPTURE(multiple);
                CAPTURE(before);
                CAPTURE(span);
                std::int64_t start = multiple * horizon - before;
                TimerWheel wheel(at_tick(start));
                Timer timer;
                wheel.start(timer, at_tick(start + span));
                CHECK(wheel.next() <= at_tick(start + span));
                CHECK(wheel.expire(at_tick(start + span - 1)) == nullptr);
                CHECK(wheel.expire(at_tick(start + span)) == &timer);
            }
        }
    }
}

TEST_CASE("wheel: beyond the horizon") {
    for (std::int64_t start : {std::int64_t{0}, std::int64_t{12'345}, horizon - 1, 3 * horizon / 2}) {
        for (std::int64_t span : {horizon - 1, horizon, horizon + 1, 2 * horizon + 17, 10 * horizon}) {
            CAPTURE(start);
            CAPTURE(span);
            TimerWheel wheel(at_tick(start));
            Timer timer;
            wheel.start(timer, at_tick(start + span));
            CHECK(wheel.expire(at_tick(start + span - 1)) == nullptr);
            CHECK(wheel.size() == 1);
            Fired fired = follow(wheel);
            CHECK(fired.timer == &timer);
            CHECK(fired.time == at_tick(start + span));
        }
    }
}

TEST_CASE("wheel: the end of time") {
    TimerWheel wheel(at_tick(1'000'000));
    Timer last;
    Timer before;
    wheel.start(last, never);
    wheel.start(before, never - 1h);
    CHECK(wheel.size() == 2);
    CHECK(wheel.next() > at_tick(1'000'000));
    CHECK(wheel.expire(at_tick(100 * horizon)) == nullptr);
    CHECK(wheel.expire(never) == &before);
    wheel.stop(last);
    CHECK(wheel.empty());
    CHECK(wheel.next() == never);
}

TEST_CASE("wheel: stop") {
    Time now = at_tick(42);
    TimerWheel wheel(now);
    Timer timers[5];
    wheel.stop(timers[0]);  // not in the wheel
    CHECK(wheel.empty());
    for (Timer& timer : timers) wheel.start(timer, now + 5ms);
    wheel.stop(timers[0]);
    wheel.stop(timers[2]);
    wheel.stop(timers[2]);
    wheel.stop(timers[4]);
    CHECK(wheel.size() == 2);
    CHECK(expire_all(wheel, now + 5ms) == std::vector{&timers[1], &timers[3]});
    wheel.stop(timers[1]);  // has fired
    CHECK(wheel.empty());

    for (Duration span : {1ms, 100ms, 5'000ms, 300'000ms, 20'000'000ms, 2'000'000'000ms, 80'000'000'000ms}) {
        wheel.start(timers[0], now + span);
        CHECK(wheel.next() < never);
        wheel.stop(timers[0]);
        CHECK(wheel.next() == never);
        CHECK(timers[0].before == nullptr);
    }
    // The same node again.
    wheel.start(timers[0], now + 7ms);
    CHECK(wheel.expire(now + 10ms) == &timers[0]);
}

TEST_CASE("wheel: stop among those that have expired but were not yet taken") {
    Time now = at_tick(9);
    TimerWheel wheel(now);
    Timer timers[4];
    for (Timer& timer : timers) wheel.start(timer, now + 1ms);
    CHECK(wheel.expire(now + 1ms) == &timers[0]);
    CHECK(wheel.next() <= now + 1ms);
    wheel.stop(timers[1]);
    Timer later;
    wheel.start(later, now + 1ms);
    CHECK(expire_all(wheel, now + 1ms) == std::vector{&timers[2], &timers[3]});
    CHECK(wheel.size() == 1);
    CHECK(expire_all(wheel, now + 2ms) == std::vector{&later});
    for (Timer& timer : timers) wheel.start(timer, now + 3ms);
    CHECK(wheel.expire(now + 3ms) == &timers[0]);
    for (Timer& timer : timers) wheel.stop(timer);
    CHECK(wheel.empty());
    CHECK(wheel.next() == never);
    CHECK(wheel.expire(now + 9ms) == nullptr);
}

TEST_CASE("wheel: time that stands still or goes back") {
    TimerWheel wheel(at_tick(1000));
    Timer timer;
    wheel.start(timer, at_tick(1005));
    CHECK(wheel.expire(at_tick(1004)) == nullptr);
    CHECK(wheel.expire(at_tick(1004)) == nullptr);
    CHECK(wheel.expire(at_tick(900)) == nullptr);
    CHECK(wheel.expire(Time::min()) == nullptr);
    CHECK(wheel.expire(at_tick(1005)) == &timer);
}

TEST_CASE("wheel: a clock that begins before its zero") {
    TimerWheel wheel(Time::min());
    Timer timer;
    wheel.start(timer, at_tick(3));
    CHECK(wheel.expire(at_tick(2)) == nullptr);
    CHECK(wheel.expire(at_tick(3)) == &timer);
}
