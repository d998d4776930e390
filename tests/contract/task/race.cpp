// race: the first one counts, the others end.
#include "harness.hpp"

#include <pier/task/race.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

using namespace contract;
using pier::Event;
using pier::TaskScope;

namespace {

Task<std::unique_ptr<int>> after_turns(int count, int value) {
    for (int i = 0; i < count; ++i) (void)co_await pier::yield();
    co_return std::make_unique<int>(value);
}

Task<std::string> sleep_on(int& cancelled) {
    auto slept = co_await pier::sleep({});
    if (outcome(slept) == Errc::operation_canceled) ++cancelled;
    co_return "late";
}

Task<void> throws() {
    (void)co_await pier::yield();
    throw std::runtime_error("on purpose");
}

Task<void> nothing() { co_return; }

}  // namespace

TEST_CASE("race: tells who won, and the others have ended when it is over") {
    on_loop([]() -> Task<void> {
        int cancelled = 0;
        auto first = co_await pier::race(sleep_on(cancelled), after_turns(3, 7), sleep_on(cancelled));
        REQUIRE(first.index() == 1);
        CHECK(*std::get<1>(first) == 7);
        CHECK(cancelled == 2);
        auto second = co_await pier::race(nothing(), sleep_on(cancelled));
        CHECK(second.index() == 0);
        CHECK(cancelled == 3);
        auto alone = co_await pier::race(after_turns(0, 1));
        CHECK(alone.index() == 0);
    });
}

TEST_CASE("race: operations can run in it, in place") {
    on_loop([]() -> Task<void> {
        Event event;
        auto first = co_await pier::race(event.wait(), pier::sleep(after(1ms)));
        CHECK(first.index() == 1);
        event.set();
        auto second = co_await pier::race(event.wait(), pier::sleep({}));
        CHECK(second.index() == 0);
        CHECK(outcome(std::get<0>(second)) == Errc::ok);
    });
}

TEST_CASE("race: an exception wins like a result, and one of a loser is dropped") {
    on_loop([]() -> Task<void> {
        int cancelled = 0;
        std::string said;
        try {
            (void)co_await pier::race(sleep_on(cancelled), throws());
        } catch (const std::runtime_error& error) {
            said = error.what();
        }
        CHECK(said == "on purpose");
        CHECK(cancelled == 1);
        auto first = co_await pier::race(nothing(), throws());
        CHECK(first.index() == 0);
    });
}

TEST_CASE("race: of many tasks the first one's place") {
    on_loop([]() -> Task<void> {
        std::vector<Task<std::unique_ptr<int>>> racers;
        for (int i = 0; i < 50; ++i) racers.push_back(after_turns(i == 33 ? 1 : 60, i));
        auto [place, value] = co_await pier::race(std::move(racers));
        CHECK(place == 33);
        CHECK(*value == 33);
    });
}

TEST_CASE("race: the cancel of who awaits it ends all of them") {
    on_loop([]() -> Task<void> {
        int cancelled = 0;
        std::size_t index = 9;
        auto task = [&]() -> Task<void> {
            auto first = co_await pier::race(sleep_on(cancelled), sleep_on(cancelled));
            index = first.index();
        };
        TaskScope scope;
        scope.spawn(task());
        co_await turns(3);
        scope.cancel();
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(cancelled == 2);
        CHECK(index < 2);
    });
}
