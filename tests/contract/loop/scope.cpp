// Task scopes: nothing outlives them, nothing is lost in them, and a cancel reaches everything below.
#include "harness.hpp"

#include <pier/sys/clock.hpp>

#include <array>
#include <stdexcept>
#include <string>
#include <vector>

using namespace contract;
using pier::Event;
using pier::Shield;
using pier::TaskScope;
using pier::Time;

namespace {

// What join() throws, "" when it doesn't.
Task<std::string> failure_of(TaskScope& scope) {
    std::string said;
    try {
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
    } catch (const std::runtime_error& error) {
        said = error.what();
    }
    co_return said;
}

Task<void> wait_then_throw(Event& event, const char* what) {
    auto came = co_await event.wait(limit());
    REQUIRE(outcome(came) == Errc::ok);
    throw std::runtime_error(what);
}

// Sleeps until it is cancelled.
Task<void> sleep_on(Errc& result) {
    auto slept = co_await pier::sleep({});
    result = outcome(slept);
}

}  // namespace

TEST_CASE("scope: an empty one is joined at once, as often as one likes") {
    on_loop([]() -> Task<void> {
        TaskScope scope;
        CHECK(scope.size() == 0);
        CHECK_FALSE(scope.cancelled());
        for (int i = 0; i < 3; ++i) {
            auto joined = co_await scope.join(limit());
            CHECK(outcome(joined) == Errc::ok);
        }
    });
}

TEST_CASE("scope: tasks start in a later step, in order, and join waits for the last of them") {
    on_loop([]() -> Task<void> {
        constexpr std::size_t count = 100;
        std::array<Event, count> gates;
        std::vector<std::size_t> started;
        std::size_t ended = 0;
        auto task = [&](std::size_t number) -> Task<void> {
            started.push_back(number);
            auto came = co_await gates[number].wait(limit());
            CHECK(outcome(came) == Errc::ok);
            ++ended;
        };
        TaskScope scope;
        for (std::size_t i = 0; i < count; ++i) {
            scope.spawn(task(i));
            CHECK(scope.size() == i + 1);
        }
        CHECK(started.empty());
        co_await turns(1);
        REQUIRE(started.size() == count);
        for (std::size_t i = 0; i < count; ++i) CHECK(started[i] == i);
        CHECK(ended == 0);

        // Not in the order in which they started.
        for (std::size_t i = 0; i + 1 < count; ++i) gates[(i * 37 + 5) % count].set();
        co_await turns(1);
        CHECK(ended == count - 1);
        CHECK(scope.size() == 1);
        auto joined = co_await scope.join(after(1ms));
        CHECK(outcome(joined) == Errc::timed_out);
        for (Event& gate : gates) gate.set();
        joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(ended == count);
        CHECK(scope.size() == 0);
    });
}

TEST_CASE("scope: ten thousand tasks come and go") {
    on_loop([]() -> Task<void> {
        constexpr int count = 10'000;
        int ended = 0;
        auto task = [&](int steps) -> Task<void> {
            co_await turns(steps);
            ++ended;
        };
        TaskScope scope;
        for (int round = 0; round < 2; ++round) {
            for (int i = 0; i < count; ++i) scope.spawn(task(i % 4));
            CHECK(scope.size() == count);
            auto joined = co_await scope.join(limit());
            CHECK(outcome(joined) == Errc::ok);
            CHECK(scope.size() == 0);
        }
        CHECK(ended == 2 * count);
    });
}

TEST_CASE("scope: what a task spawns into its own scope is joined, too") {
    on_loop([]() -> Task<void> {
        TaskScope scope;
        int ended = 0;
        std::function<Task<void>(int)> task = [&](int generations) -> Task<void> {
            co_await turns(1);
            if (generations > 0) scope.spawn(task(generations - 1));
            ++ended;
        };
        scope.spawn(task(50));
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(ended == 51);
    });
}

TEST_CASE("scope: an exception reaches join, after the last task has ended") {
    on_loop([]() -> Task<void> {
        TaskScope scope;
        Event fails;
        bool other_ended = false;
        auto other = [&]() -> Task<void> {
            fails.set();
            co_await turns(5);
            other_ended = true;
        };
        scope.spawn(wait_then_throw(fails, "no luck"));
        scope.spawn(other());
        std::string said = co_await failure_of(scope);
        CHECK(said == "no luck");
        // It took nobody with it, and it is told once.
        CHECK(other_ended);
        said = co_await failure_of(scope);
        CHECK(said.empty());
        CHECK_FALSE(scope.cancelled());

        int again = 0;
        auto task = [&]() -> Task<void> {
            ++again;
            co_return;
        };
        scope.spawn(task());
        said = co_await failure_of(scope);
        CHECK(said.empty());
        CHECK(again == 1);
    });
}

TEST_CASE("scope: an exception that nobody waited for is kept") {
    on_loop([]() -> Task<void> {
        TaskScope scope;
        auto at_once = []() -> Task<void> {
            throw std::runtime_error("at once");
            co_return;
        };
        scope.spawn(at_once());
        co_await turns();
        CHECK(scope.size() == 0);
        std::string said = co_await failure_of(scope);
        CHECK(said == "at once");
    });
}

TEST_CASE("scope: of several exceptions the first one in time is told") {
    on_loop([]() -> Task<void> {
        TaskScope scope;
        std::array<Event, 3> events;
        const char* names[] = {"zero", "one", "two"};
        for (std::size_t i = 0; i < events.size(); ++i) scope.spawn(wait_then_throw(events[i], names[i]));
        co_await turns(1);
        for (std::size_t i : {1U, 0U, 2U}) {
            events[i].set();
            co_await turns(1);
        }
        CHECK(scope.size() == 0);
        std::string said = co_await failure_of(scope);
        CHECK(said == "one");
        said = co_await failure_of(scope);
        CHECK(said.empty());
    });
}

TEST_CASE("scope: a join that gives up leaves the exception to the one that waits to the end") {
    // Thrown too early, it would unwind the scope's own frame while its tasks are alive.
    on_loop([]() -> Task<void> {
        TaskScope scope;
        Event fails;
        Event ends;
        auto other = [&]() -> Task<void> {
            auto came = co_await ends.wait(limit());
            CHECK(outcome(came) == Errc::ok);
        };
        scope.spawn(wait_then_throw(fails, "early"));
        scope.spawn(other());
        fails.set();
        Errc given_up = Errc::ok;
        std::string said;
        try {
            auto joined = co_await scope.join(after(1ms));
            given_up = outcome(joined);
        } catch (const std::runtime_error& error) {
            said = error.what();
        }
        CHECK(given_up == Errc::timed_out);
        CHECK(said.empty());
        CHECK(scope.size() == 1);
        ends.set();
        said = co_await failure_of(scope);
        CHECK(said == "early");
    });
}

TEST_CASE("scope: a join keeps its deadline, and the tasks go on") {
    on_loop([]() -> Task<void> {
        TaskScope scope;
        Event gate;
        Errc result = Errc::unexpected;
        auto task = [&]() -> Task<void> {
            auto came = co_await gate.wait(limit());
            result = outcome(came);
        };
        scope.spawn(task());
        for (auto span : {0ms, 1ms, 20ms}) {
            Time before = pier::sys::now();
            auto joined = co_await scope.join(after(span));
            CHECK(outcome(joined) == Errc::timed_out);
            CHECK(pier::sys::now() - before >= span);
        }
        CHECK(scope.size() == 1);
        CHECK_FALSE(scope.cancelled());
        CHECK(result == Errc::unexpected);
        gate.set();
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(result == Errc::ok);
    });
}

TEST_CASE("scope: a cancel reaches the scopes of its tasks, down to the last") {
    on_loop([]() -> Task<void> {
        constexpr int depth = 5;
        int leaves = 0;
        int joins = 0;
        std::function<Task<void>(int)> grow = [&](int level) -> Task<void> {
            if (level == 0) {
                Errc result = Errc::ok;
                co_await sleep_on(result);
                CHECK(result == Errc::operation_canceled);
                ++leaves;
                co_return;
            }
            TaskScope inner;
            inner.spawn(grow(level - 1));
            inner.spawn(grow(level - 1));
            auto joined = co_await inner.join(limit());
            CHECK(outcome(joined) == Errc::operation_canceled);
            CHECK(inner.cancelled());
            CHECK(inner.size() == 0);
            ++joins;
        };
        TaskScope scope;
        scope.spawn(grow(depth));
        co_await turns(2 * depth);
        CHECK(leaves == 0);
        scope.cancel();
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(leaves == 1 << depth);
        CHECK(joins == (1 << depth) - 1);
    });
}

TEST_CASE("scope: a cancelled joiner cancels its scope and waits for it all the same") {
    on_loop([]() -> Task<void> {
        bool cleaned_up = false;
        bool joined_after = false;
        auto inner_task = [&]() -> Task<void> {
            Errc result = Errc::ok;
            co_await sleep_on(result);
            CHECK(result == Errc::operation_canceled);
            Shield shield;
            co_await turns(10);
            cleaned_up = true;
        };
        auto outer_task = [&]() -> Task<void> {
            TaskScope inner;
            inner.spawn(inner_task());
            auto joined = co_await inner.join(limit());
            CHECK(outcome(joined) == Errc::operation_canceled);
            CHECK(inner.size() == 0);
            joined_after = cleaned_up;
        };
        TaskScope outer;
        outer.spawn(outer_task());
        co_await turns(3);
        outer.cancel();
        co_await turns(3);
        // Still waiting for the clean-up.
        CHECK_FALSE(cleaned_up);
        CHECK(outer.size() == 1);
        auto joined = co_await outer.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(joined_after);
    });
}

TEST_CASE("scope: a join that begins after the cancel waits, too") {
    on_loop([]() -> Task<void> {
        bool joined_after = false;
        auto outer_task = [&]() -> Task<void> {
            TaskScope inner;
            bool ended = false;
            auto inner_task = [&]() -> Task<void> {
                Shield shield;
                co_await turns(5);
                ended = true;
            };
            inner.spawn(inner_task());
            Errc result = Errc::ok;
            co_await sleep_on(result);
            CHECK(result == Errc::operation_canceled);
            auto joined = co_await inner.join(limit());
            CHECK(outcome(joined) == Errc::operation_canceled);
            joined_after = ended;
        };
        TaskScope outer;
        outer.spawn(outer_task());
        co_await turns(1);
        outer.cancel();
        auto joined = co_await outer.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(joined_after);
    });
}

TEST_CASE("scope: under a Shield clean-up waits as long as it needs, and no longer") {
    on_loop([]() -> Task<void> {
        std::vector<std::string> log;
        auto task = [&]() -> Task<void> {
            Errc result = Errc::ok;
            {
                // What is pending under one when the cancel comes goes on.
                Shield shield;
                auto slept = co_await pier::sleep(after(5ms));
                CHECK(outcome(slept) == Errc::ok);
                {
                    Shield second;
                    co_await turns(1);
                }
                // One has gone, the other holds.
                slept = co_await pier::sleep(after(1ms));
                CHECK(outcome(slept) == Errc::ok);
                TaskScope helpers;
                auto helper = [&]() -> Task<void> {
                    co_await turns(2);
                    log.emplace_back("helped");
                };
                helpers.spawn(helper());
                auto joined = co_await helpers.join(limit());
                CHECK(outcome(joined) == Errc::ok);
                log.emplace_back("cleaned");
            }
            co_await sleep_on(result);
            CHECK(result == Errc::operation_canceled);
            log.emplace_back("ended");
        };
        TaskScope scope;
        scope.spawn(task());
        co_await turns(1);
        scope.cancel();
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(log == std::vector<std::string>{"helped", "cleaned", "ended"});
    });
}

TEST_CASE("scope: what has its result when the cancel comes keeps it") {
    on_loop([]() -> Task<void> {
        Event event;
        Event last;
        Event then;
        Errc waited = Errc::unexpected;
        Errc joined_inner = Errc::unexpected;
        Errc next = Errc::unexpected;
        TaskScope inner;
        TaskScope scope;
        auto waiting = [&]() -> Task<void> {
            auto came = co_await event.wait(limit());
            waited = outcome(came);
            co_await sleep_on(next);
        };
        auto joining = [&]() -> Task<void> {
            auto joined = co_await inner.join(limit());
            joined_inner = outcome(joined);
        };
        auto ending = [&]() -> Task<void> {
            auto came = co_await last.wait(limit());
            CHECK(outcome(came) == Errc::ok);
        };
        auto cancelling = [&]() -> Task<void> {
            auto came = co_await then.wait(limit());
            CHECK(outcome(came) == Errc::ok);
            event.set();
            scope.cancel();
        };
        TaskScope others;
        scope.spawn(waiting());
        scope.spawn(joining());
        inner.spawn(ending());
        others.spawn(cancelling());
        co_await turns(1);
        // Both in one step: the last task ends, then the cancel meets the join that is over and not yet told.
        last.set();
        then.set();
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(waited == Errc::ok);
        CHECK(joined_inner == Errc::ok);
        CHECK_FALSE(inner.cancelled());
        CHECK(next == Errc::operation_canceled);
        joined = co_await others.join(limit());
        CHECK(outcome(joined) == Errc::ok);
    });
}

TEST_CASE("scope: of sleeps that end together, the first may cancel the others: they have slept") {
    on_loop([]() -> Task<void> {
        constexpr int count = 20;
        Time until = pier::sys::now() + 5ms;
        int slept = 0;
        TaskScope scope;
        auto task = [&]() -> Task<void> {
            auto result = co_await pier::sleep(pier::at(until));
            CHECK(outcome(result) == Errc::ok);
            ++slept;
            scope.cancel();
        };
        for (int i = 0; i < count; ++i) scope.spawn(task());
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(slept == count);
    });
}

TEST_CASE("scope: a task that cancels its own scope meets it at its next operation") {
    on_loop([]() -> Task<void> {
        TaskScope scope;
        std::array<Errc, 2> results{Errc::ok, Errc::ok};
        int went_on = 0;
        auto canceller = [&]() -> Task<void> {
            scope.cancel();
            scope.cancel();
            ++went_on;
            co_await sleep_on(results[0]);
        };
        scope.spawn(sleep_on(results[1]));
        scope.spawn(canceller());
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(went_on == 1);
        for (Errc result : results) CHECK(result == Errc::operation_canceled);
    });
}

TEST_CASE("scope: tasks that a cancel meets before their start, or that come after it, end at their first operation") {
    on_loop([]() -> Task<void> {
        TaskScope scope;
        int started = 0;
        int ended = 0;
        auto late = [&]() -> Task<void> {
            ++started;
            for (int i = 0; i < 2; ++i) {
                Errc result = Errc::ok;
                co_await sleep_on(result);
                CHECK(result == Errc::operation_canceled);
            }
            ++ended;
        };
        auto early = [&]() -> Task<void> {
            ++started;
            Errc result = Errc::ok;
            co_await sleep_on(result);
            CHECK(result == Errc::operation_canceled);
            scope.spawn(late());
            ++ended;
        };
        scope.spawn(early());
        scope.cancel();
        scope.spawn(late());
        CHECK(started == 0);
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(started == 3);
        CHECK(ended == 3);
        CHECK(scope.cancelled());
    });
}

TEST_CASE("scope: an exception out of a cancelled task is told by the cancelled joiner") {
    on_loop([]() -> Task<void> {
        std::string said;
        auto inner_task = []() -> Task<void> {
            auto slept = co_await pier::sleep({});
            CHECK(outcome(slept) == Errc::operation_canceled);
            throw std::runtime_error("while ending");
        };
        auto outer_task = [&]() -> Task<void> {
            TaskScope inner;
            inner.spawn(inner_task());
            said = co_await failure_of(inner);
        };
        TaskScope outer;
        outer.spawn(outer_task());
        co_await turns(2);
        outer.cancel();
        auto joined = co_await outer.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(said == "while ending");
    });
}
