// The results of spawned tasks.
#include "harness.hpp"

#include <pier/task/spawned.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

using namespace contract;
using pier::Event;
using pier::Result;
using pier::Spawned;
using pier::TaskScope;

namespace {

Task<std::unique_ptr<int>> after_turns(int count, int value) {
    for (int i = 0; i < count; ++i) (void)co_await pier::yield();
    co_return std::make_unique<int>(value);
}

Task<Result<int>> fails() { co_return pier::fail(Errc::connection_refused); }

Task<void> throws(int count) {
    for (int i = 0; i < count; ++i) (void)co_await pier::yield();
    throw std::runtime_error("on purpose");
}

}  // namespace

TEST_CASE("spawned: the result of a task, whether it ends before or after somebody asks") {
    on_loop([]() -> Task<void> {
        Event go;
        auto wait = [&]() -> Task<std::unique_ptr<int>> {
            auto told = co_await go.wait(limit());
            REQUIRE(told.has_value());
            co_return std::make_unique<int>(2);
        };
        auto tell = [&]() -> Task<void> {
            go.set();
            co_return;
        };
        TaskScope scope;
        auto soon = scope.spawn(after_turns(0, 1));
        auto later = scope.spawn(wait());
        auto failed = scope.spawn(fails());
        co_await turns();
        CHECK(soon.ended());
        CHECK_FALSE(later.ended());
        auto first = co_await soon.join(limit());
        REQUIRE(first.has_value());
        CHECK(**first == 1);
        scope.spawn(tell());
        auto second = co_await later.join(limit());
        REQUIRE(second.has_value());
        CHECK(**second == 2);
        auto third = co_await failed.join(limit());
        CHECK(outcome(third) == Errc::connection_refused);
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
    });
}

TEST_CASE("spawned: a result that can't be assigned arrives, too") {
    struct Fixed {
        const int value;
    };
    on_loop([]() -> Task<void> {
        auto work = []() -> Task<Fixed> { co_return Fixed{3}; };
        TaskScope scope;
        auto task = scope.spawn(work());
        auto got = co_await task.join(limit());
        REQUIRE(got.has_value());
        CHECK(got->value == 3);
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
    });
}

TEST_CASE("spawned: it may be moved and dropped, before and after the end") {
    on_loop([]() -> Task<void> {
        std::vector<Spawned<std::unique_ptr<int>>> all;
        TaskScope scope;
        for (int i = 0; i < 20; ++i) all.push_back(scope.spawn(after_turns(i % 3, i)));
        (void)scope.spawn(after_turns(1, -1));
        co_await turns();
        while (all.size() > 10) all.pop_back();
        for (int i = 0; i < 10; ++i) {
            auto got = co_await all[static_cast<std::size_t>(i)].join(limit());
            REQUIRE(got.has_value());
            CHECK(**got == i);
        }
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
    });
}

TEST_CASE("spawned: an exception goes to who joins the task, and to the scope where nobody can") {
    on_loop([]() -> Task<void> {
        for (int turns_before : {0, 3}) {
            CAPTURE(turns_before);
            TaskScope scope;
            auto task = scope.spawn(throws(turns_before));
            std::string said;
            try {
                (void)co_await task.join(limit());
            } catch (const std::runtime_error& error) {
                said = error.what();
            }
            CHECK(said == "on purpose");
            auto joined = co_await scope.join(limit());
            CHECK(outcome(joined) == Errc::ok);

            said.clear();
            scope.spawn(throws(turns_before));
            try {
                (void)co_await scope.join(limit());
            } catch (const std::runtime_error& error) {
                said = error.what();
            }
            CHECK(said == "on purpose");
        }
    });
}

TEST_CASE("spawned: a wait for it has a deadline and can be cancelled, and the task goes on") {
    on_loop([]() -> Task<void> {
        Event go;
        auto work = [&]() -> Task<int> {
            auto told = co_await go.wait(limit());
            co_return told ? 5 : -1;
        };
        TaskScope scope;
        auto task = scope.spawn(work());
        auto late = co_await task.join(after(1ms));
        CHECK(outcome(late) == Errc::timed_out);
        Errc result = Errc::unexpected;
        auto wait = [&]() -> Task<void> {
            auto got = co_await task.join(limit());
            result = outcome(got);
        };
        TaskScope waiting;
        waiting.spawn(wait());
        co_await turns();
        waiting.cancel();
        auto joined = co_await waiting.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(result == Errc::operation_canceled);
        go.set();
        auto got = co_await task.join(limit());
        REQUIRE(got.has_value());
        CHECK(*got == 5);
        joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
    });
}
