// Mailboxes that are full: tasks of other loops wait for room.
#include "harness.hpp"

#include <pier/sync/mailbox.hpp>

#include <memory>
#include <thread>
#include <vector>

using namespace contract;
using pier::Mailbox;
using pier::TaskScope;
using Value = std::unique_ptr<int>;

namespace {

Task<void> send_all(Mailbox<Value>& to, int first, int count) {
    for (int i = 0; i < count; ++i) {
        auto sent = co_await to.send(std::make_unique<int>(first + i), limit());
        REQUIRE(outcome(sent) == Errc::ok);
    }
}

// Sends until each value has been taken, and gives up in between.
Task<void> send_all_impatiently(Mailbox<Value>& to, int first, int count) {
    int round = 0;
    for (int i = 0; i < count; ++i) {
        auto value = std::make_unique<int>(first + i);
        while (value != nullptr) {
            REQUIRE(++round < 1'000'000);
            auto sent = co_await to.send(std::move(value), after(round % 3 * 10us));
            if (sent) continue;
            CHECK(outcome(sent) == Errc::timed_out);
            value = std::move(sent.error().value);
            REQUIRE(value != nullptr);
        }
    }
}

}  // namespace

TEST_CASE("mailbox: tasks of other loops wait for room, and each one's values arrive once and in order") {
    auto loop = make_loop();
    constexpr int each = 200;
    Mailbox<Value> mailbox(*loop, 2);
    auto sending = [&](int first) {
        return [&mailbox, first]() -> Task<void> {
            TaskScope scope;
            scope.spawn(send_all(mailbox, first, each));
            scope.spawn(send_all(mailbox, first + each, each));
            scope.spawn(send_all_impatiently(mailbox, first + 2 * each, each));
            auto joined = co_await scope.join(limit());
            CHECK(outcome(joined) == Errc::ok);
        };
    };
    std::vector<std::thread> others;
    for (int i = 0; i < 2; ++i) others.emplace_back([&, i] { on_loop(sending(i * 3 * each)); });
    std::vector<int> next(6, 0);
    auto body = [&]() -> Task<void> {
        TaskScope own;
        own.spawn(send_all(mailbox, 6 * each, 10));
        for (int i = 0; i < 6 * each + 10; ++i) {
            auto got = co_await mailbox.receive(limit());
            REQUIRE(outcome(got) == Errc::ok);
            REQUIRE(got->has_value());
            const int value = ***got;
            const auto sender = static_cast<std::size_t>(value / each);
            if (sender < next.size()) CHECK(value % each == next[sender]++);
        }
        auto joined = co_await own.join(limit());
        CHECK(outcome(joined) == Errc::ok);
    };
    loop->run(body());
    for (std::thread& other : others) other.join();
    for (const int count : next) CHECK(count == each);
}

TEST_CASE("mailbox: a send that is given up has its value back, and the room goes to the next one") {
    auto loop = make_loop();
    Mailbox<Value> mailbox(*loop, 1);
    auto body = [&]() -> Task<void> {
        co_await send_all(mailbox, 0, 1);
        int given_back = 0;
        int sent = 0;
        auto send = [&](int value) -> Task<void> {
            auto result = co_await mailbox.send(std::make_unique<int>(value), limit());
            if (result) ++sent;
            if (!result && result.error().value != nullptr) ++given_back;
        };
        TaskScope first;
        TaskScope second;
        first.spawn(send(1));
        co_await turns();
        second.spawn(send(2));
        co_await turns();
        // The first one is told of the room, and leaves without it.
        auto got = co_await mailbox.receive(limit());
        CHECK(outcome(got) == Errc::ok);
        first.cancel();
        auto joined = co_await first.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(given_back == 1);
        joined = co_await second.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(sent == 1);
        got = co_await mailbox.receive(limit());
        CHECK(outcome(got) == Errc::ok);
    };
    loop->run(body());
}

TEST_CASE("mailbox: its end ends sends that wait") {
    auto loop = make_loop();
    Mailbox<Value> mailbox(*loop, 1);
    auto body = [&]() -> Task<void> {
        co_await send_all(mailbox, 0, 1);
        std::vector<Errc> results;
        auto send = [&]() -> Task<void> {
            auto result = co_await mailbox.send(std::make_unique<int>(1), limit());
            results.push_back(outcome(result));
            if (!result) CHECK(*result.error().value == 1);
        };
        TaskScope scope;
        for (int i = 0; i < 3; ++i) scope.spawn(send());
        co_await turns();
        mailbox.close();
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(results == std::vector(3, Errc::broken_pipe));
        auto got = co_await mailbox.receive(limit());
        CHECK(outcome(got) == Errc::ok);
        CHECK(got->has_value());
    };
    loop->run(body());
}
