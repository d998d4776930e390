// with_scope: whatever happens, nothing of it outlives it.
#include "harness.hpp"

#include <pier/task/with_scope.hpp>

#include <stdexcept>
#include <string>

using namespace contract;
using pier::Event;
using pier::Result;
using pier::TaskScope;

namespace {

// Alive while its frame is.
struct Counted {
    explicit Counted(int& alive) noexcept : alive_(alive) { ++alive_; }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;
    ~Counted() { --alive_; }

private:
    int& alive_;
};

Task<void> sleep_on(int& alive, Errc& result) {
    Counted counted(alive);
    auto slept = co_await pier::sleep({});
    result = outcome(slept);
}

}  // namespace

TEST_CASE("with_scope: ends when the body and all its tasks have ended, and gives the body's result") {
    on_loop([]() -> Task<void> {
        int ended = 0;
        auto task = [&](int count) -> Task<void> {
            for (int i = 0; i < count; ++i) (void)co_await pier::yield();
            ++ended;
        };
        auto answer = co_await pier::with_scope([&](TaskScope& scope) -> Task<Result<int>> {
            for (int i = 0; i < 10; ++i) scope.spawn(task(i));
            co_return 42;
        });
        REQUIRE(answer.has_value());
        CHECK(*answer == 42);
        CHECK(ended == 10);
        co_await pier::with_scope([&](TaskScope& scope) -> Task<void> {
            scope.spawn(task(1));
            co_return;
        });
        CHECK(ended == 11);
    });
}

TEST_CASE("with_scope: an error of the body, an exception of it or of a task cancel the rest and wait for it") {
    on_loop([]() -> Task<void> {
        for (int kind = 0; kind < 3; ++kind) {
            CAPTURE(kind);
            int alive = 0;
            Errc slept = Errc::unexpected;
            Errc result = Errc::ok;
            std::string said;
            auto thrower = []() -> Task<void> {
                (void)co_await pier::yield();
                throw std::runtime_error("task");
            };
            try {
                auto answer = co_await pier::with_scope([&](TaskScope& scope) -> Task<Result<int>> {
                    scope.spawn(sleep_on(alive, slept));
                    co_await turns();
                    CHECK(alive == 1);
                    if (kind == 0) co_return pier::fail(Errc::host_not_found);
                    if (kind == 1) throw std::runtime_error("body");
                    scope.spawn(thrower());
                    auto mine = co_await pier::sleep({});
                    CHECK(outcome(mine) == Errc::operation_canceled);
                    co_return 1;
                });
                result = outcome(answer);
            } catch (const std::runtime_error& error) {
                said = error.what();
            }
            CHECK(alive == 0);
            CHECK(slept == Errc::operation_canceled);
            if (kind == 0) CHECK(result == Errc::host_not_found);
            CHECK(said == (kind == 0 ? "" : kind == 1 ? "body" : "task"));
        }
    });
}

TEST_CASE("with_scope: at its deadline everything is cancelled, joined, and it says timed_out") {
    on_loop([]() -> Task<void> {
        int alive = 0;
        Errc slept = Errc::unexpected;
        Errc own = Errc::unexpected;
        auto answer = co_await pier::with_scope(
            [&](TaskScope& scope) -> Task<Result<int>> {
                scope.spawn(sleep_on(alive, slept));
                co_await sleep_on(alive, own);
                co_return 3;
            },
            after(2ms));
        CHECK(outcome(answer) == Errc::timed_out);
        CHECK(alive == 0);
        CHECK(slept == Errc::operation_canceled);
        CHECK(own == Errc::operation_canceled);
    });
}

TEST_CASE("with_scope: the cancel of who awaits it reaches all of it, and a shielded one is left alone") {
    on_loop([]() -> Task<void> {
        int alive = 0;
        Errc slept = Errc::unexpected;
        Errc own = Errc::unexpected;
        bool returned = false;
        auto outer = [&]() -> Task<void> {
            auto answer = co_await pier::with_scope([&](TaskScope& scope) -> Task<Result<int>> {
                scope.spawn(sleep_on(alive, slept));
                auto mine = co_await pier::sleep({});
                own = outcome(mine);
                co_return pier::fail(Errc::operation_canceled);
            });
            CHECK(outcome(answer) == Errc::operation_canceled);
            returned = true;
        };
        TaskScope scope;
        scope.spawn(outer());
        co_await turns(3);
        CHECK(alive == 1);
        scope.cancel();
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(returned);
        CHECK(alive == 0);
        CHECK(slept == Errc::operation_canceled);
        CHECK(own == Errc::operation_canceled);

        int value = 0;
        auto shielded = [&]() -> Task<void> {
            pier::Shield shield;
            auto answer = co_await pier::with_scope([&](TaskScope&) -> Task<Result<int>> {
                auto turned = co_await pier::yield();
                co_return turned ? 9 : -1;
            });
            value = answer.value_or(0);
        };
        TaskScope cancelled;
        cancelled.cancel();
        cancelled.spawn(shielded());
        joined = co_await cancelled.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(value == 9);
    });
}

TEST_CASE("with_scope: nested ones, a deadline of the inner one leaves the outer one alone") {
    on_loop([]() -> Task<void> {
        int alive = 0;
        Errc slept = Errc::unexpected;
        Errc inner = Errc::unexpected;
        auto answer = co_await pier::with_scope(
            [&](TaskScope&) -> Task<Result<int>> {
                auto nested = co_await pier::with_scope(
                    [&](TaskScope& scope) -> Task<Result<int>> {
                        scope.spawn(sleep_on(alive, slept));
                        co_return 1;
                    },
                    after(1ms));
                inner = outcome(nested);
                auto turned = co_await pier::yield();
                co_return turned ? 2 : -1;
            },
            limit());
        CHECK(inner == Errc::timed_out);
        CHECK(answer.value_or(0) == 2);
        CHECK(alive == 0);
    });
}
