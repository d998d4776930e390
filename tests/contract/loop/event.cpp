// Events: set once, seen by whoever waits then or later, until they are reset.
#include "harness.hpp"

#include <pier/sys/clock.hpp>

#include <vector>

using namespace contract;
using pier::Event;
using pier::TaskScope;
using pier::Time;

namespace {

Task<void> wait_for(Event& event, Errc& result) {
    auto came = co_await event.wait(limit());
    result = outcome(came);
}

}  // namespace

TEST_CASE("event: one that is set lets everybody pass until it is reset") {
    on_loop([]() -> Task<void> {
        Event event;
        CHECK_FALSE(event.is_set());
        event.set();
        event.set();
        for (int i = 0; i < 3; ++i) {
            CHECK(event.is_set());
            auto came = co_await event.wait(pier::at(Time::min()));
            CHECK(outcome(came) == Errc::ok);
        }
        event.reset();
        CHECK_FALSE(event.is_set());
        auto came = co_await event.wait(after(1ms));
        CHECK(outcome(came) == Errc::timed_out);
        event.reset();
        event.set();
        came = co_await event.wait(limit());
        CHECK(outcome(came) == Errc::ok);
    });
}

TEST_CASE("event: set() tells the waiter in a later step, once") {
    on_loop([]() -> Task<void> {
        Event event;
        Errc result = Errc::unexpected;
        TaskScope scope;
        scope.spawn(wait_for(event, result));
        co_await turns(1);
        CHECK(result == Errc::unexpected);
        event.set();
        event.set();
        CHECK(result == Errc::unexpected);
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(result == Errc::ok);
        CHECK(event.is_set());
    });
}

TEST_CASE("event: a reset right after the set does not take it away from the waiter") {
    on_loop([]() -> Task<void> {
        Event event;
        Errc result = Errc::unexpected;
        TaskScope scope;
        scope.spawn(wait_for(event, result));
        co_await turns(1);
        event.set();
        event.reset();
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(result == Errc::ok);
        // The next one waits again.
        CHECK_FALSE(event.is_set());
        auto came = co_await event.wait(after(1ms));
        CHECK(outcome(came) == Errc::timed_out);
    });
}

TEST_CASE("event: a wait keeps its deadline, and the event stays usable") {
    on_loop([]() -> Task<void> {
        Event event;
        for (auto span : {0ms, 1ms, 20ms}) {
            Time before = pier::sys::now();
            auto came = co_await event.wait(after(span));
            CHECK(outcome(came) == Errc::timed_out);
            CHECK(pier::sys::now() - before >= span);
        }
        CHECK_FALSE(event.is_set());
        Errc result = Errc::unexpected;
        TaskScope scope;
        scope.spawn(wait_for(event, result));
        co_await turns(1);
        event.set();
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(result == Errc::ok);
    });
}

TEST_CASE("event: a wait can be cancelled, and the event stays usable") {
    on_loop([]() -> Task<void> {
        Event event;
        for (int round = 0; round < 3; ++round) {
            Errc result = Errc::unexpected;
            TaskScope scope;
            scope.spawn(wait_for(event, result));
            co_await turns(1);
            scope.cancel();
            auto joined = co_await scope.join(limit());
            CHECK(outcome(joined) == Errc::ok);
            CHECK(result == Errc::operation_canceled);
            CHECK_FALSE(event.is_set());
        }
        event.set();
        auto came = co_await event.wait(limit());
        CHECK(outcome(came) == Errc::ok);
    });
}

TEST_CASE("event: whichever of set and cancel comes first in a step is the result") {
    on_loop([]() -> Task<void> {
        for (bool set_first : {true, false}) {
            CAPTURE(set_first);
            Event event;
            Errc result = Errc::unexpected;
            TaskScope scope;
            scope.spawn(wait_for(event, result));
            co_await turns(1);
            if (set_first) event.set();
            scope.cancel();
            if (!set_first) event.set();
            auto joined = co_await scope.join(limit());
            CHECK(outcome(joined) == Errc::ok);
            CHECK(result == (set_first ? Errc::ok : Errc::operation_canceled));
            CHECK(event.is_set());
        }
    });
}

TEST_CASE("event: two tasks take turns ten thousand times") {
    const int rounds = under_wine() ? 2'000 : 10'000;
    on_loop([&]() -> Task<void> {
        Event ping;
        Event pong;
        int balls = 0;
        auto player = [&]() -> Task<void> {
            for (int i = 0; i < rounds; ++i) {
                auto came = co_await ping.wait(limit());
                REQUIRE(outcome(came) == Errc::ok);
                ping.reset();
                ++balls;
                pong.set();
            }
        };
        TaskScope scope;
        scope.spawn(player());
        for (int i = 0; i < rounds; ++i) {
            ping.set();
            auto came = co_await pong.wait(limit());
            REQUIRE(outcome(came) == Errc::ok);
            pong.reset();
            REQUIRE(balls == i + 1);
        }
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
    });
}

TEST_CASE("event: all who wait are told, but for those whose deadline or cancel came first") {
    on_loop([]() -> Task<void> {
        Event event;
        std::vector<Errc> results(10, Errc::unexpected);
        auto wait = [&](std::size_t number, pier::Deadline deadline) -> Task<void> {
            auto came = co_await event.wait(deadline);
            results[number] = outcome(came);
        };
        TaskScope scope;
        TaskScope cancelled;
        for (std::size_t i = 0; i < 10; ++i) {
            (i % 3 == 0 ? cancelled : scope).spawn(wait(i, i % 3 == 1 ? after(1ms) : limit()));
        }
        co_await turns();
        cancelled.cancel();
        auto slept = co_await pier::sleep(after(10ms));
        CHECK(outcome(slept) == Errc::ok);
        event.set();
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        joined = co_await cancelled.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        for (std::size_t i = 0; i < 10; ++i) {
            CAPTURE(i);
            CHECK(results[i] == (i % 3 == 0 ? Errc::operation_canceled : i % 3 == 1 ? Errc::timed_out : Errc::ok));
        }
    });
}
