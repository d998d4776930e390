// Semaphores and mutexes: first come, first served, and no permit is ever lost.
#include "harness.hpp"

#include <pier/sync/mutex.hpp>
#include <pier/sync/semaphore.hpp>

#include <vector>

using namespace contract;
using pier::Mutex;
using pier::Semaphore;
using pier::TaskScope;

namespace {

// Holds a permit from `begun` until `done`.
Task<void> hold(Semaphore& semaphore, pier::Event& done, std::vector<int>& order, int number) {
    auto permit = co_await semaphore.acquire(limit());
    REQUIRE(permit.has_value());
    order.push_back(number);
    auto told = co_await done.wait(limit());
    CHECK(outcome(told) == Errc::ok);
}

}  // namespace

TEST_CASE("semaphore: at most so many hold a permit, and who waits longest comes next") {
    on_loop([]() -> Task<void> {
        Semaphore semaphore(2);
        pier::Event done[5];
        std::vector<int> order;
        TaskScope scope;
        for (int i = 0; i < 5; ++i) scope.spawn(hold(semaphore, done[i], order, i));
        co_await turns();
        CHECK(order == std::vector{0, 1});
        CHECK(semaphore.available() == 0);
        CHECK_FALSE(semaphore.try_acquire().valid());
        done[1].set();
        co_await turns();
        CHECK(order == std::vector{0, 1, 2});
        for (pier::Event& event : done) event.set();
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(order == std::vector{0, 1, 2, 3, 4});
        CHECK(semaphore.available() == 2);
    });
}

TEST_CASE("semaphore: a deadline, a cancel and a permit that comes at the same time lose nothing") {
    on_loop([]() -> Task<void> {
        Semaphore semaphore(1);
        auto held = semaphore.try_acquire();
        REQUIRE(held.valid());
        auto late = co_await semaphore.acquire(after(1ms));
        CHECK(outcome(late) == Errc::timed_out);

        Errc results[3] = {Errc::unexpected, Errc::unexpected, Errc::unexpected};
        auto wait = [&](int number) -> Task<void> {
            auto permit = co_await semaphore.acquire(limit());
            results[number] = outcome(permit);
        };
        TaskScope first;
        TaskScope second;
        first.spawn(wait(0));
        second.spawn(wait(1));
        first.spawn(wait(2));
        co_await turns();
        // The first of them has its permit when the cancel comes: it keeps it, and hands it on when it ends.
        held.release();
        first.cancel();
        auto joined = co_await first.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(results[0] == Errc::ok);
        CHECK(results[2] == Errc::operation_canceled);
        joined = co_await second.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(results[1] == Errc::ok);
        CHECK(semaphore.available() == 1);
    });
}

TEST_CASE("semaphore: in a cancelled scope no permit is taken") {
    on_loop([]() -> Task<void> {
        Semaphore semaphore(1);
        Errc result = Errc::unexpected;
        auto wait = [&]() -> Task<void> {
            auto permit = co_await semaphore.acquire();
            result = outcome(permit);
        };
        TaskScope scope;
        scope.cancel();
        scope.spawn(wait());
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(result == Errc::operation_canceled);
        CHECK(semaphore.available() == 1);
    });
}

TEST_CASE("semaphore: permits can be added and kept out") {
    on_loop([]() -> Task<void> {
        Semaphore semaphore(0);
        int passed = 0;
        auto wait = [&]() -> Task<void> {
            auto permit = co_await semaphore.acquire(limit());
            REQUIRE(permit.has_value());
            ++passed;
            permit->forget();
        };
        TaskScope scope;
        for (int i = 0; i < 3; ++i) scope.spawn(wait());
        co_await turns();
        CHECK(passed == 0);
        semaphore.add(2);
        co_await turns();
        CHECK(passed == 2);
        semaphore.add(3);
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(passed == 3);
        CHECK(semaphore.available() == 2);
    });
}

TEST_CASE("semaphore: a thousand tasks take turns without losing a permit, some cancelled, some too late") {
    on_loop([]() -> Task<void> {
        Semaphore semaphore(3);
        int inside = 0;
        int most = 0;
        int passed = 0;
        auto worker = [&](int number) -> Task<void> {
            auto permit = co_await semaphore.acquire(number % 7 == 0 ? after(1ms) : limit());
            if (!permit) co_return;
            most = std::max(most, ++inside);
            for (int i = 0; i < number % 4; ++i) (void)co_await pier::yield();
            --inside;
            ++passed;
        };
        TaskScope scopes[4];
        for (int i = 0; i < 1000; ++i) scopes[i % 4].spawn(worker(i));
        co_await turns(5);
        scopes[2].cancel();
        for (TaskScope& scope : scopes) {
            auto joined = co_await scope.join(limit());
            CHECK(outcome(joined) == Errc::ok);
        }
        CHECK(inside == 0);
        CHECK(most == 3);
        CHECK(passed >= 500);
        CHECK(semaphore.available() == 3);
    });
}

TEST_CASE("mutex: what spans a suspension is done by one task at a time") {
    on_loop([]() -> Task<void> {
        Mutex mutex;
        int inside = 0;
        int rounds = 0;
        auto worker = [&]() -> Task<void> {
            for (int i = 0; i < 10; ++i) {
                auto lock = co_await mutex.lock(limit());
                REQUIRE(lock.has_value());
                CHECK(++inside == 1);
                (void)co_await pier::yield();
                CHECK(mutex.locked());
                CHECK_FALSE(mutex.try_lock().valid());
                --inside;
                ++rounds;
            }
        };
        TaskScope scope;
        for (int i = 0; i < 10; ++i) scope.spawn(worker());
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(rounds == 100);
        CHECK_FALSE(mutex.locked());
        CHECK(mutex.try_lock().valid());
    });
}
