#include "support.hpp"

#include <pier/sync/event.hpp>

#include <random>
#include <thread>

using namespace ipc_tests;
using pier::NamedSemaphore;

namespace {

// Takes what is there.
std::uint32_t drain(NamedSemaphore& semaphore) {
    std::uint32_t count = 0;
    while (semaphore.try_wait()) ++count;
    return count;
}

}  // namespace

TEST_CASE("semaphore: it counts, up to its limit") {
    const Name name(IpcKind::semaphore);
    NamedSemaphore semaphore = given(NamedSemaphore::create(name, 2));
    CHECK(outcome(semaphore.post(3)) == Errc::ok);
    CHECK(outcome(semaphore.post(0)) == Errc::ok);
    CHECK(drain(semaphore) == 5);
    CHECK(outcome(semaphore.wait_here(after(1ms))) == Errc::timed_out);
    CHECK(outcome(semaphore.post(NamedSemaphore::most_posted + 1)) == Errc::invalid_argument);
    const Name full(IpcKind::semaphore);
    NamedSemaphore at_limit = given(NamedSemaphore::create(full, NamedSemaphore::most));
    CHECK(outcome(at_limit.post()) == Errc::count_too_large);
    CHECK(outcome(NamedSemaphore::create(name, NamedSemaphore::most + 1)) == Errc::invalid_argument);
}

TEST_CASE("semaphore: a name that is taken, and one that is not there") {
    const Name name(IpcKind::semaphore);
    CHECK(outcome(NamedSemaphore::open(name)) == Errc::name_not_found);
    CHECK(outcome(NamedSemaphore::remove(name)) == Errc::name_not_found);
    NamedSemaphore semaphore = given(NamedSemaphore::create(name, 1));
    CHECK(outcome(NamedSemaphore::create(name, 5)) == Errc::name_taken);
    NamedSemaphore same = given(NamedSemaphore::create(name, 5, IpcCreation::or_open));
    CHECK(drain(same) == 1);
    CHECK(outcome(NamedSemaphore::remove(name)) == Errc::ok);
    // Who has it keeps it.
    CHECK(outcome(same.post()) == Errc::ok);
    CHECK(drain(semaphore) == 1);
}

TEST_CASE("loop: a semaphore's wait takes what is there, or waits for another process") {
    on_loop([]() -> Task<void> {
        const Name name(IpcKind::semaphore);
        NamedSemaphore semaphore = given(NamedSemaphore::create(name, 1));
        auto at_once = co_await semaphore.wait();
        CHECK(outcome(at_once) == Errc::ok);
        Second second({"post", name.text(), "1"});
        second.expect_ready();
        second.release();
        auto waited = co_await semaphore.wait(after(patience));
        CHECK(outcome(waited) == Errc::ok);
        second.expect_success();
        CHECK_FALSE(semaphore.try_wait());
    });
}

TEST_CASE("loop: a deadline ends a semaphore's wait, and nothing is taken") {
    on_loop([]() -> Task<void> {
        const Name name(IpcKind::semaphore);
        NamedSemaphore semaphore = given(NamedSemaphore::create(name, 0));
        for (int i = 0; i < 3; ++i) {
            auto late = co_await semaphore.wait(after(1ms));
            CHECK(outcome(late) == Errc::timed_out);
        }
        CHECK(outcome(semaphore.post()) == Errc::ok);
        // A thread that still waits gives back what it takes; whoever waits gets it then.
        auto waited = co_await semaphore.wait(after(patience));
        CHECK(outcome(waited) == Errc::ok);
        // The count is there, however late one asks.
        CHECK(outcome(semaphore.post()) == Errc::ok);
        auto past = co_await semaphore.wait(after(0s));
        const bool took = past.has_value();
        // The thread may have it at this very moment. It comes back.
        if (!took) CHECK(outcome(semaphore.wait_here(after(patience))) == Errc::ok);
        CHECK_FALSE(semaphore.try_wait());
    });
}

TEST_CASE("loop: in a cancelled scope a semaphore's count is left alone") {
    on_loop([]() -> Task<void> {
        const Name name(IpcKind::semaphore);
        NamedSemaphore semaphore = given(NamedSemaphore::create(name, 1));
        Errc waited = Errc::ok;
        auto waiter = [&]() -> Task<void> {
            auto taken = co_await semaphore.wait();
            waited = outcome(taken);
        };
        pier::TaskScope scope;
        scope.cancel();
        scope.spawn(waiter());
        (void)co_await scope.join();
        CHECK(waited == Errc::operation_canceled);
        CHECK(semaphore.try_wait());
    });
}

TEST_CASE("loop: several tasks wait for a semaphore, and are served in order") {
    on_loop([]() -> Task<void> {
        const Name name(IpcKind::semaphore);
        NamedSemaphore semaphore = given(NamedSemaphore::create(name, 0));
        std::vector<int> order;
        auto waiter = [&](int number) -> Task<void> {
            auto taken = co_await semaphore.wait(after(patience));
            CHECK(outcome(taken) == Errc::ok);
            order.push_back(number);
        };
        pier::TaskScope scope;
        for (int i = 0; i < 5; ++i) scope.spawn(waiter(i));
        (void)co_await pier::yield();
        CHECK(outcome(semaphore.post(5)) == Errc::ok);
        (void)co_await scope.join();
        CHECK(order == std::vector<int>{0, 1, 2, 3, 4});
    });
}

// Each round has tasks that wait, and posts, cancels and deadlines that meet them at any moment. In the end as many
// counts have been taken as were posted, less those that are still there.
TEST_CASE("loop: cancels and deadlines that meet posts lose no count") {
    on_loop([]() -> Task<void> {
        const Name name(IpcKind::semaphore);
        NamedSemaphore semaphore = given(NamedSemaphore::create(name, 0));
        NamedSemaphore other = given(NamedSemaphore::open(name));
        std::mt19937 random(20);
        std::uint32_t posted = 0;
        std::uint32_t taken = 0;
        auto waiter = [&](pier::Deadline deadline) -> Task<void> {
            auto got = co_await semaphore.wait(deadline);
            if (got) ++taken;
        };
        for (int round = 0; round < 1000; ++round) {
            pier::TaskScope scope;
            const int waiters = 1 + static_cast<int>(random() % 3);
            for (int i = 0; i < waiters; ++i)
                scope.spawn(waiter(random() % 2 == 0 ? pier::Deadline() : after(random() % 300 * 1us)));
            const int yields = static_cast<int>(random() % 3);
            for (int i = 0; i < yields; ++i) (void)co_await pier::yield();
            const auto some = static_cast<std::uint32_t>(random() % 3);
            REQUIRE(outcome(other.post(some)) == Errc::ok);
            posted += some;
            if (random() % 2 == 0) (void)co_await pier::yield();
            scope.cancel();
            (void)co_await scope.join();
        }
        // What the thread has at this moment it gives back.
        for (; taken < posted; ++taken) REQUIRE(outcome(other.wait_here(after(patience))) == Errc::ok);
        CHECK(taken == posted);
        CHECK_FALSE(semaphore.try_wait());
    });
}

TEST_CASE("loop: a semaphore may go after waits that were cancelled") {
    on_loop([]() -> Task<void> {
        for (int i = 0; i < 3; ++i) {
            const Name name(IpcKind::semaphore);
            NamedSemaphore semaphore = given(NamedSemaphore::create(name, 0));
            auto late = co_await semaphore.wait(after(1ms));
            CHECK(outcome(late) == Errc::timed_out);
        }
    });
}
