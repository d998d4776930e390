// Task scopes: what is spawned when the last task has ended and its joiner has not gone on yet.
#include "harness.hpp"

#include <cstddef>

using namespace contract;
using pier::TaskScope;

TEST_CASE("scope: what is spawned between the last task's end and the joiner's turn is joined, too") {
    on_loop([]() -> Task<void> {
        TaskScope scope;
        TaskScope others;
        int ended = 0;
        auto second = [&]() -> Task<void> {
            co_await turns(3);
            ++ended;
        };
        // Outlives the task of `first` that spawns it.
        auto spawning = [&]() -> Task<void> {
            scope.spawn(second());
            co_return;
        };
        auto first = [&](bool by_post) -> Task<void> {
            co_await turns(1);
            if (by_post) {
                pier::this_loop().post([&] { scope.spawn(second()); });
            } else {
                others.spawn(spawning());
                co_await turns(0);
            }
            ++ended;
        };
        for (bool by_post : {false, true}) {
            CAPTURE(by_post);
            ended = 0;
            scope.spawn(first(by_post));
            auto joined = co_await scope.join(limit());
            CHECK(outcome(joined) == Errc::ok);
            CHECK(scope.size() == 0);
            CHECK(ended == 2);
            joined = co_await scope.join(limit());
            joined = co_await others.join(limit());
        }
    });
}

TEST_CASE("scope: a join that goes on for a late task keeps its deadline and hears of a cancel") {
    on_loop([]() -> Task<void> {
        for (bool cancels : {false, true}) {
            CAPTURE(cancels);
            TaskScope scope;
            TaskScope joiners;
            Errc joined_as = Errc::unexpected;
            Errc slept = Errc::unexpected;
            std::size_t left = 99;
            auto late = [&]() -> Task<void> {
                auto result = co_await pier::sleep({});
                slept = outcome(result);
            };
            auto last = [&]() -> Task<void> {
                co_await turns(1);
                pier::this_loop().post([&] {
                    scope.spawn(late());
                    if (cancels) joiners.cancel();
                });
            };
            auto joining = [&]() -> Task<void> {
                auto joined = co_await scope.join(cancels ? limit() : after(300ms));
                joined_as = outcome(joined);
                left = scope.size();
            };
            scope.spawn(last());
            joiners.spawn(joining());
            auto joined = co_await joiners.join(limit());
            CHECK(outcome(joined) == Errc::ok);
            CHECK(joined_as == (cancels ? Errc::operation_canceled : Errc::timed_out));
            if (cancels) CHECK(left == 0);
            scope.cancel();
            joined = co_await scope.join(limit());
            CHECK(slept == Errc::operation_canceled);
        }
    });
}

TEST_CASE("scope: the join of an empty scope joins what is spawned before it is delivered, and keeps its deadline") {
    on_loop([]() -> Task<void> {
        for (bool ends : {true, false}) {
            CAPTURE(ends);
            TaskScope scope;
            Errc slept = Errc::unexpected;
            auto late = [&]() -> Task<void> {
                auto result = co_await pier::sleep(ends ? after(0ns) : pier::Deadline());
                slept = outcome(result);
            };
            pier::this_loop().post([&] { scope.spawn(late()); });
            auto joined = co_await scope.join(ends ? limit() : after(300ms));
            CHECK(outcome(joined) == (ends ? Errc::ok : Errc::timed_out));
            CHECK(scope.size() == (ends ? 0 : 1));
            CHECK(slept == (ends ? Errc::ok : Errc::unexpected));
            scope.cancel();
            joined = co_await scope.join(limit());
        }
    });
}
