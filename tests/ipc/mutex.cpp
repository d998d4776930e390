#include "support.hpp"

#include <algorithm>
#include <thread>

using namespace ipc_tests;
using pier::NamedMutex;

namespace {

// A mutex whose owner has died with it.
NamedMutex abandoned(const Name& name) {
    NamedMutex mutex = given(NamedMutex::create(name));
    Second second({"hold-mutex", name.text()});
    second.expect_ready();
    CHECK(outcome(mutex.try_lock()) == Errc::operation_would_block);
    second.kill();
    return mutex;
}

}  // namespace

TEST_CASE("mutex: it has one owner, of all threads and objects") {
    const Name name(IpcKind::mutex);
    NamedMutex mutex = given(NamedMutex::create(name));
    NamedMutex same = given(NamedMutex::open(name));
    NamedMutex::Lock lock = given(mutex.try_lock());
    CHECK_FALSE(lock.owner_died());
    CHECK(outcome(mutex.try_lock()) == Errc::operation_would_block);
    CHECK(outcome(same.try_lock()) == Errc::operation_would_block);
    CHECK(outcome(same.lock_here()) == Errc::already_in_progress);
    Errc elsewhere = Errc::ok;
    std::thread([&] { elsewhere = outcome(same.lock_here(after(1ms))); }).join();
    CHECK(elsewhere == Errc::timed_out);
    lock.release();
    lock.release();
    CHECK(outcome(same.lock_here()) == Errc::ok);
    CHECK(outcome(mutex.lock_here()) == Errc::ok);
}

TEST_CASE("mutex: a name that is taken, and one that is not there") {
    const Name name(IpcKind::mutex);
    CHECK(outcome(NamedMutex::open(name)) == Errc::name_not_found);
    CHECK(outcome(NamedMutex::remove(name)) == Errc::name_not_found);
    NamedMutex mutex = given(NamedMutex::create(name));
    CHECK(outcome(NamedMutex::create(name)) == Errc::name_taken);
    NamedMutex same = given(NamedMutex::create(name, IpcCreation::or_open));
    CHECK(outcome(NamedMutex::remove(name)) == Errc::ok);
    NamedMutex::Lock lock = given(mutex.try_lock());
    CHECK(outcome(same.try_lock()) == Errc::operation_would_block);
}

TEST_CASE("mutex: processes that add to one number lose no addition") {
    const Name name(IpcKind::mutex);
    const Name number(IpcKind::shared_memory);
    NamedMutex mutex = given(NamedMutex::create(name));
    auto memory = given(pier::SharedMemory::create(number, 4));
    {
        Second one({"count", name.text(), number.text(), "2000"});
        Second two({"count", name.text(), number.text(), "2000"});
        one.expect_success();
        two.expect_success();
    }
    CHECK(*reinterpret_cast<const std::uint32_t*>(memory.view().data()) == 4000);
}

TEST_CASE("mutex: the next owner is told that the one before has died, until it has repaired the state") {
    const Name name(IpcKind::mutex);
    NamedMutex mutex = abandoned(name);
    NamedMutex::Lock lock = given(mutex.lock_here(after(patience)));
    CHECK(lock.owner_died());
    lock.mark_consistent();
    lock.release();
    NamedMutex::Lock next = given(mutex.lock_here());
    CHECK_FALSE(next.owner_died());
}

TEST_CASE("mutex: one whose state nobody made consistent is unusable, and can be made anew") {
    const Name name(IpcKind::mutex);
    {
        NamedMutex mutex = abandoned(name);
        NamedMutex::Lock lock = given(mutex.try_lock());
        CHECK(lock.owner_died());
        lock.release();
        CHECK(outcome(mutex.try_lock()) == Errc::state_not_recoverable);
        CHECK(outcome(mutex.lock_here()) == Errc::state_not_recoverable);
        NamedMutex same = given(NamedMutex::open(name));
        CHECK(outcome(same.try_lock()) == Errc::state_not_recoverable);
        CHECK(outcome(NamedMutex::remove(name)) == Errc::ok);
    }
    NamedMutex fresh = given(NamedMutex::create(name));
    CHECK(outcome(fresh.try_lock()) == Errc::ok);
}

TEST_CASE("mutex: the death of a thread is told like that of a process") {
    const Name name(IpcKind::mutex);
    NamedMutex mutex = given(NamedMutex::create(name));
    {
        // A lock that is never released, since the thread that could has ended, and the mutex that it needs.
        struct Lost {
            NamedMutex mutex;
            NamedMutex::Lock lock;
        };
        static auto* const lost = new Lost{given(NamedMutex::open(name)), {}};
        std::thread([&] { lost->lock = given(lost->mutex.lock_here()); }).join();
        NamedMutex::Lock lock = given(mutex.lock_here(after(patience)));
        CHECK(lock.owner_died());
        lock.mark_consistent();
        lock.release();
    }
    CHECK(outcome(mutex.try_lock()) == Errc::ok);
    CHECK(outcome(NamedMutex::remove(name)) == Errc::ok);  // the object that is kept has it open
}

TEST_CASE("loop: a mutex that is free is locked at once, else the task waits for it") {
    on_loop([]() -> Task<void> {
        const Name name(IpcKind::mutex);
        NamedMutex mutex = given(NamedMutex::create(name));
        Second second({"hold-mutex", name.text()});
        second.expect_ready();
        auto late = co_await mutex.lock(after(1ms));
        CHECK(outcome(late) == Errc::timed_out);
        second.release();
        auto locked = co_await mutex.lock(after(patience));
        REQUIRE(outcome(locked) == Errc::ok);
        CHECK_FALSE(locked->owner_died());
        second.expect_success();
        locked->release();
        auto again = co_await mutex.lock(after(patience));
        CHECK(outcome(again) == Errc::ok);
    });
}

TEST_CASE("loop: a task that waits for a mutex gets it when its owner dies, and is told") {
    on_loop([]() -> Task<void> {
        const Name name(IpcKind::mutex);
        NamedMutex mutex = given(NamedMutex::create(name));
        Second second({"hold-mutex", name.text()});
        second.expect_ready();
        bool told = false;
        auto waiter = [&]() -> Task<void> {
            auto lock = co_await mutex.lock(after(patience));
            REQUIRE(outcome(lock) == Errc::ok);
            told = lock->owner_died();
            lock->mark_consistent();
        };
        pier::TaskScope scope;
        scope.spawn(waiter());
        (void)co_await pier::yield();
        second.kill();
        (void)co_await scope.join();
        CHECK(told);
        auto next = co_await mutex.lock(after(patience));
        REQUIRE(outcome(next) == Errc::ok);
        CHECK_FALSE(next->owner_died());
    });
}

// The thread that waits gets the mutex for nobody, and passes on what it was told.
TEST_CASE("loop: a death that comes when the task has gone is told to the next owner") {
    on_loop([]() -> Task<void> {
        const Name name(IpcKind::mutex);
        NamedMutex mutex = given(NamedMutex::create(name));
        Second second({"hold-mutex", name.text()});
        second.expect_ready();
        auto late = co_await mutex.lock(after(1ms));
        CHECK(outcome(late) == Errc::timed_out);
        second.kill();
        NamedMutex other = given(NamedMutex::open(name));
        auto lock = other.lock_here(after(patience));
        REQUIRE(outcome(lock) == Errc::ok);
        CHECK(lock->owner_died());
        lock->mark_consistent();
    });
}

TEST_CASE("loop: a cancel ends the wait for a mutex, and it is not locked") {
    on_loop([]() -> Task<void> {
        const Name name(IpcKind::mutex);
        NamedMutex mutex = given(NamedMutex::create(name));
        NamedMutex::Lock lock = given(mutex.try_lock());
        Errc waited = Errc::ok;
        auto waiter = [&]() -> Task<void> {
            auto locked = co_await mutex.lock();
            waited = outcome(locked);
        };
        pier::TaskScope scope;
        scope.spawn(waiter());
        (void)co_await pier::yield();
        scope.cancel();
        (void)co_await scope.join();
        CHECK(waited == Errc::operation_canceled);
        lock.release();
        auto next = co_await mutex.lock(after(patience));
        CHECK(outcome(next) == Errc::ok);
    });
}

TEST_CASE("loop: tasks of one object exclude each other, in order") {
    on_loop([]() -> Task<void> {
        const Name name(IpcKind::mutex);
        NamedMutex mutex = given(NamedMutex::create(name));
        int inside = 0;
        std::vector<int> order;
        auto user = [&](int number) -> Task<void> {
            auto lock = co_await mutex.lock(after(patience));
            REQUIRE(outcome(lock) == Errc::ok);
            CHECK(++inside == 1);
            (void)co_await pier::yield();
            order.push_back(number);
            --inside;
        };
        pier::TaskScope scope;
        for (int i = 0; i < 20; ++i) scope.spawn(user(i));
        (void)co_await scope.join();
        CHECK(order.size() == 20);
        CHECK(std::ranges::is_sorted(order));
    });
}
