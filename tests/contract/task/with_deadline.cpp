// with_deadline: a limit for what is made of several operations.
#include "harness.hpp"

#include <pier/task/with_deadline.hpp>

#include <memory>
#include <stdexcept>

using namespace contract;
using pier::Event;
using pier::Result;
using pier::TaskScope;

namespace {

Task<Result<int>> wait_twice(Event& first, Event& second, int& ended) {
    auto came = co_await first.wait();
    if (came) came = co_await second.wait();
    ++ended;
    if (!came) co_return std::unexpected(came.error());
    co_return 7;
}

}  // namespace

TEST_CASE("with_deadline: the task's own result, while it is in time") {
    on_loop([]() -> Task<void> {
        Event first;
        Event second;
        int ended = 0;
        first.set();
        second.set();
        auto got = co_await pier::with_deadline(wait_twice(first, second, ended), limit());
        REQUIRE(outcome(got) == Errc::ok);
        CHECK(*got == 7);
        // An operation, in place, and no limit.
        auto came = co_await pier::with_deadline(first.wait(), {});
        CHECK(outcome(came) == Errc::ok);
        CHECK(ended == 1);
    });
}

TEST_CASE("with_deadline: at the deadline all of it ends, and it says so") {
    on_loop([]() -> Task<void> {
        Event first;
        Event second;
        first.set();
        int ended = 0;
        auto got = co_await pier::with_deadline(wait_twice(first, second, ended), after(1ms));
        CHECK(outcome(got) == Errc::timed_out);
        CHECK(ended == 1);
    });
}

TEST_CASE("with_deadline: what it has come to when it is ended is not lost") {
    on_loop([]() -> Task<void> {
        auto stubborn = []() -> Task<Result<std::unique_ptr<int>>> {
            (void)co_await pier::sleep({});
            co_return std::make_unique<int>(3);
        };
        auto got = co_await pier::with_deadline(stubborn(), after(1ms));
        REQUIRE(outcome(got) == Errc::ok);
        CHECK(**got == 3);
    });
}

TEST_CASE("with_deadline: an exception and a cancel go through it") {
    on_loop([]() -> Task<void> {
        auto throwing = []() -> Task<Result<int>> {
            (void)co_await pier::yield();
            throw std::runtime_error("on purpose");
        };
        bool thrown = false;
        try {
            (void)co_await pier::with_deadline(throwing(), limit());
        } catch (const std::runtime_error&) {
            thrown = true;
        }
        CHECK(thrown);
        Event never;
        int ended = 0;
        Errc result = Errc::ok;
        auto wait = [&]() -> Task<void> {
            auto got = co_await pier::with_deadline(wait_twice(never, never, ended), limit());
            result = outcome(got);
        };
        TaskScope scope;
        scope.spawn(wait());
        co_await turns();
        scope.cancel();
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(result == Errc::operation_canceled);
        CHECK(ended == 1);
    });
}
