// or_return: a value goes on, an error leaves the task.
#include "harness.hpp"

#include <pier/sync/channel.hpp>
#include <pier/task/or_return.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

using namespace contract;
using pier::Event;
using pier::Result;
using pier::TaskScope;

namespace {

struct Mark {
    explicit Mark(int& count) noexcept : count_(count) {}
    Mark(const Mark&) = delete;
    Mark& operator=(const Mark&) = delete;
    ~Mark() { ++count_; }

private:
    int& count_;
};

Task<Result<int>> give(Result<int> result, int turns_before) {
    for (int i = 0; i < turns_before; ++i) (void)co_await pier::yield();
    co_return result;
}

Task<Result<std::string>> describe(Result<int> result, int turns_before, int& locals, int& after_it) {
    Mark mark(locals);
    int value = co_await pier::or_return(co_await give(result, turns_before));
    ++after_it;
    co_return std::to_string(value);
}

Task<Result<void>> check(Result<void> result) {
    co_await pier::or_return(result);
    co_return {};
}

}  // namespace

TEST_CASE("or_return: a value goes on, an error ends the task, its locals with it") {
    for (int turns_before : {0, 1}) {
        CAPTURE(turns_before);
        on_loop([turns_before]() -> Task<void> {
            int locals = 0;
            int after_it = 0;
            auto good = co_await describe(42, turns_before, locals, after_it);
            REQUIRE(good.has_value());
            CHECK(*good == "42");
            CHECK(locals == 1);
            CHECK(after_it == 1);
            auto bad = co_await describe(pier::fail(Errc::connection_reset, 104), turns_before, locals, after_it);
            REQUIRE_FALSE(bad.has_value());
            CHECK(bad.error() == pier::Error{Errc::connection_reset, 104});
            CHECK(locals == 2);
            CHECK(after_it == 1);
            auto nothing = co_await check({});
            CHECK(outcome(nothing) == Errc::ok);
            nothing = co_await check(pier::fail(Errc::timed_out));
            CHECK(outcome(nothing) == Errc::timed_out);
        });
    }
}

TEST_CASE("or_return: through many levels, and in a task of a scope or of the loop itself") {
    auto deep = [](auto& self, int depth, int& locals) -> Task<Result<int>> {
        Mark mark(locals);
        if (depth == 0) co_return co_await give(pier::fail(Errc::host_unreachable), 1);
        co_return co_await pier::or_return(co_await self(self, depth - 1, locals));
    };
    int locals = 0;
    auto loop = make_loop();
    auto result = loop->run(deep(deep, 50, locals));
    CHECK(outcome(result) == Errc::host_unreachable);
    CHECK(locals == 51);

    on_loop([&]() -> Task<void> {
        int spawned = 0;
        auto task = [&]() -> Task<Result<void>> {
            Mark mark(spawned);
            (void)co_await pier::or_return(co_await give(pier::fail(Errc::timed_out), 0));
            throw std::logic_error("the task went on");
        };
        TaskScope scope;
        for (int i = 0; i < 3; ++i) scope.spawn(task());
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(spawned == 3);
    });
}

TEST_CASE("or_return: a million of them need no stack") {
    on_loop([]() -> Task<void> {
        int failures = 0;
        auto one = [](bool good) -> Task<Result<int>> {
            Result<int> given = good ? Result<int>(1) : pier::fail(Errc::timed_out);
            co_return co_await pier::or_return(given);
        };
        for (int i = 0; i < 1'000'000; ++i) {
            auto result = co_await one(i % 2 == 0);
            failures += result ? 0 : 1;
        }
        CHECK(failures == 500'000);
    });
}

TEST_CASE("or_return: the reason of a receive that is cut short is an error like others") {
    on_loop([]() -> Task<void> {
        auto task = []() -> Task<Result<int>> {
            std::expected<void, pier::IncompleteReceive> incomplete =
                std::unexpected(pier::IncompleteReceive{{Errc::end_of_stream, 0}, 3});
            co_await pier::or_return(incomplete);
            co_return 1;
        };
        auto result = co_await task();
        CHECK(outcome(result) == Errc::end_of_stream);
    });
}

TEST_CASE("or_return: an error that carries a value that can't be copied is an error like others") {
    on_loop([]() -> Task<void> {
        pier::Channel<std::unique_ptr<int>> channel(1);
        channel.close();
        auto task = [&]() -> Task<Result<int>> {
            auto sent = co_await channel.send(std::make_unique<int>(1));
            co_await pier::or_return(std::move(sent));
            co_return 1;
        };
        auto result = co_await task();
        CHECK(outcome(result) == Errc::broken_pipe);
    });
}
