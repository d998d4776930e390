// Notifiers and mailboxes: what other threads tell a loop.
#include "harness.hpp"

#include <pier/sync/mailbox.hpp>
#include <pier/sync/notifier.hpp>
#include <pier/sync/semaphore.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

using namespace contract;
using pier::Event;
using pier::Loop;
using pier::Mailbox;
using pier::Notifier;
using pier::Semaphore;
using pier::TaskScope;

TEST_CASE("notifier: every call is counted, and wakes a loop that sleeps") {
    auto loop = make_loop();
    constexpr std::size_t threads = 4;
    constexpr std::size_t each = 1000;
    std::size_t told = 0;
    std::size_t calls = 0;
    Semaphore permits(0);
    Notifier notifier(*loop, [&](std::size_t times) {
        ++calls;
        told += times;
        permits.add(times);
    });
    std::vector<std::thread> others;
    for (std::size_t i = 0; i < threads; ++i) {
        others.emplace_back([&] {
            for (std::size_t round = 0; round < each; ++round) notifier.notify();
        });
    }
    auto body = [&]() -> Task<void> {
        for (std::size_t i = 0; i < threads * each; ++i) {
            auto permit = co_await permits.acquire(limit());
            REQUIRE(permit.has_value());
            permit->forget();
        }
    };
    loop->run(body());
    for (std::thread& other : others) other.join();
    CHECK(told == threads * each);
    CHECK(calls <= told);
    CHECK(permits.available() == 0);
}

TEST_CASE("notifier: its end is the end of its calls, also with one on its way or from inside of one") {
    auto loop = make_loop();
    int calls = 0;
    auto body = [&]() -> Task<void> {
        {
            Notifier notifier(*loop, [&](std::size_t) { ++calls; });
            notifier.notify();
        }
        std::unique_ptr<Notifier> own;
        own = std::make_unique<Notifier>(*loop, [&](std::size_t) {
            ++calls;
            own->notify();
            own.reset();
        });
        own->notify();
        co_await turns(3);
    };
    loop->run(body());
    CHECK(calls == 1);
    {
        Notifier unheard(*loop, [&](std::size_t) { ++calls; });
        unheard.notify();
    }
    loop.reset();
    CHECK(calls == 1);
}

TEST_CASE("mailbox: values of other threads arrive once, each thread's in order, and a full one says so") {
    auto loop = make_loop();
    constexpr int threads = 3;
    constexpr int each = 500;
    Mailbox<std::unique_ptr<int>> mailbox(*loop, 8);
    std::atomic<int> running = threads;
    std::vector<std::thread> others;
    for (int thread = 0; thread < threads; ++thread) {
        others.emplace_back([&, thread] {
            for (int i = 0; i < each; ++i) {
                auto value = std::make_unique<int>(thread * each + i);
                while (!mailbox.try_send(value)) std::this_thread::yield();
                CHECK(value == nullptr);
            }
            if (--running == 0) mailbox.close();
        });
    }
    std::vector<int> next(threads, 0);
    auto receive = [&](bool ordered) -> Task<void> {
        for (;;) {
            auto got = co_await mailbox.receive(limit());
            REQUIRE(got.has_value());
            if (!*got) co_return;
            auto thread = static_cast<std::size_t>(***got / each);
            if (ordered) CHECK(***got % each == next[thread]);
            ++next[thread];
        }
    };
    auto body = [&]() -> Task<void> { co_await receive(true); };
    loop->run(body());
    for (std::thread& other : others) other.join();
    for (int count : next) CHECK(count == each);
    auto late = std::make_unique<int>(1);
    CHECK_FALSE(mailbox.try_send(late));
    CHECK(late != nullptr);
}

namespace {

// Sends a number when it goes, also when it has been moved from.
struct Echo {
    explicit Echo(Mailbox<Echo>* to) noexcept : to_(to) {}
    Echo(Echo&& other) noexcept : to_(other.to_) {}
    Echo& operator=(Echo&&) = delete;
    ~Echo() {
        if (to_ == nullptr) return;
        Echo last(nullptr);
        sent_ = to_->try_send(last);
    }
    Mailbox<Echo>* to_;
    static inline bool sent_ = false;
};

}  // namespace

TEST_CASE("mailbox: the destructor of a value may use it") {
    auto loop = make_loop();
    Mailbox<Echo> mailbox(*loop, 4);
    auto body = [&]() -> Task<void> {
        Echo first(&mailbox);
        CHECK(mailbox.try_send(first));
        first.to_ = nullptr;
        Echo::sent_ = false;
        auto got = co_await mailbox.receive(limit());
        REQUIRE(got.has_value());
        REQUIRE(got->has_value());
        CHECK(Echo::sent_);
        (*got)->to_ = nullptr;
        auto sent = co_await mailbox.receive(limit());
        REQUIRE(sent.has_value());
        CHECK(sent->has_value());
    };
    loop->run(body());
}

TEST_CASE("mailbox: receives that need not wait let other tasks and a cancel through") {
    auto loop = make_loop();
    for (bool closed : {false, true}) {
        CAPTURE(closed);
        Mailbox<int> mailbox(*loop, 2);
        int received = 0;
        Errc last = Errc::ok;
        auto receive = [&]() -> Task<void> {
            while (received < 1'000'000) {
                int value = 1;
                if (!closed) CHECK(mailbox.try_send(value));
                auto got = co_await mailbox.receive(limit());
                last = outcome(got);
                if (!got) co_return;
                ++received;
            }
        };
        auto body = [&]() -> Task<void> {
            if (closed) mailbox.close();
            TaskScope scope;
            scope.spawn(receive());
            co_await turns();
            CHECK(received > 0);
            scope.cancel();
            auto joined = co_await scope.join(limit());
            CHECK(outcome(joined) == Errc::ok);
            CHECK(last == Errc::operation_canceled);
            CHECK(received < 1'000'000);
        };
        loop->run(body());
    }
}

TEST_CASE("mailbox: a receive that is given up takes nothing; all who wait see the end") {
    auto loop = make_loop();
    Mailbox<int> mailbox(*loop, 2);
    auto body = [&]() -> Task<void> {
        auto got = co_await mailbox.receive(after(1ms));
        CHECK(outcome(got) == Errc::timed_out);
        std::vector<Errc> results;
        int ends = 0;
        auto receive = [&]() -> Task<void> {
            auto received = co_await mailbox.receive(limit());
            results.push_back(outcome(received));
            if (received && !*received) ++ends;
        };
        {
            TaskScope scope;
            scope.spawn(receive());
            co_await turns();
            scope.cancel();
            auto joined = co_await scope.join(limit());
            CHECK(outcome(joined) == Errc::ok);
            CHECK(results == std::vector{Errc::operation_canceled});
        }
        int value = 7;
        CHECK(mailbox.try_send(value));
        CHECK(mailbox.try_send(value));
        CHECK_FALSE(mailbox.try_send(value));
        TaskScope scope;
        for (int i = 0; i < 4; ++i) scope.spawn(receive());
        co_await turns();
        mailbox.close();
        mailbox.close();
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(results.size() == 5);
        CHECK(ends == 2);
    };
    loop->run(body());
}
