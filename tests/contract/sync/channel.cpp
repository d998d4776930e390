// Channels: every value arrives once and in order, or comes back to its sender.
#include "harness.hpp"

#include <pier/sync/channel.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace contract;
using pier::Channel;
using pier::Duration;
using pier::TaskScope;

namespace {

using Number = std::unique_ptr<int>;  // a value that can't be copied

Number number(int value) { return std::make_unique<int>(value); }

Task<void> send_numbers(Channel<Number>& channel, int first, int count, Errc& result) {
    for (int i = 0; i < count; ++i) {
        auto sent = co_await channel.send(number(first + i), limit());
        result = sent ? Errc::ok : sent.error().condition;
        if (!sent) co_return;
    }
}

Task<void> collect(Channel<Number>& channel, std::vector<int>& into) {
    for (;;) {
        auto got = co_await channel.receive(limit());
        REQUIRE(got.has_value());
        if (!*got) co_return;
        into.push_back(***got);
    }
}

}  // namespace

TEST_CASE("channel: values arrive in order, whatever it holds") {
    for (std::size_t capacity : {0U, 1U, 3U, 1000U}) {
        CAPTURE(capacity);
        on_loop([capacity]() -> Task<void> {
            Channel<Number> channel(capacity);
            Errc sent = Errc::unexpected;
            std::vector<int> got;
            TaskScope scope;
            scope.spawn(send_numbers(channel, 0, 100, sent));
            co_await turns(50);  // a step has a budget
            CHECK(channel.size() == std::min<std::size_t>(capacity, 100));
            scope.spawn(collect(channel, got));
            co_await turns(300);
            CHECK(sent == Errc::ok);
            channel.close();
            auto joined = co_await scope.join(limit());
            CHECK(outcome(joined) == Errc::ok);
            REQUIRE(got.size() == 100);
            for (int i = 0; i < 100; ++i) CHECK(got[static_cast<std::size_t>(i)] == i);
        });
    }
}

TEST_CASE("channel: a receiver that waits gets the value, with and without room in it") {
    for (std::size_t capacity : {0U, 2U}) {
        CAPTURE(capacity);
        on_loop([capacity]() -> Task<void> {
            Channel<Number> channel(capacity);
            std::vector<int> first;
            std::vector<int> second;
            TaskScope scope;
            scope.spawn(collect(channel, first));
            scope.spawn(collect(channel, second));
            co_await turns();
            for (int i = 0; i < 2; ++i) {
                Number value = number(i);
                CHECK(channel.try_send(value));
                CHECK(value == nullptr);
            }
            Number value = number(2);
            CHECK(channel.try_send(value) == (capacity > 0));
            CHECK((value == nullptr) == (capacity > 0));
            co_await turns();
            channel.close();
            auto joined = co_await scope.join(limit());
            CHECK(outcome(joined) == Errc::ok);
            CHECK(first.front() == 0);
            CHECK(second.front() == 1);
            CHECK(first.size() + second.size() == (capacity > 0 ? 3 : 2));
        });
    }
}

TEST_CASE("channel: a send that fails gives its value back") {
    on_loop([]() -> Task<void> {
        Channel<Number> channel(1);
        auto sent = co_await channel.send(number(1), limit());
        CHECK(sent.has_value());
        sent = co_await channel.send(number(2), after(1ms));
        REQUIRE_FALSE(sent.has_value());
        CHECK(sent.error() == Errc::timed_out);
        CHECK(*sent.error().value == 2);

        std::optional<int> back;
        Errc why = Errc::unexpected;
        auto task = [&](int value) -> Task<void> {
            auto result = co_await channel.send(number(value), limit());
            REQUIRE_FALSE(result.has_value());
            back = *result.error().value;
            why = result.error().condition;
        };
        {
            TaskScope scope;
            scope.spawn(task(3));
            co_await turns();
            scope.cancel();
            auto joined = co_await scope.join(limit());
            CHECK(outcome(joined) == Errc::ok);
        }
        CHECK(why == Errc::operation_canceled);
        CHECK(back == 3);
        {
            TaskScope scope;
            scope.spawn(task(4));
            co_await turns();
            channel.close();
            auto joined = co_await scope.join(limit());
            CHECK(outcome(joined) == Errc::ok);
        }
        CHECK(why == Errc::broken_pipe);
        CHECK(back == 4);
        sent = co_await channel.send(number(5), limit());
        REQUIRE_FALSE(sent.has_value());
        CHECK(sent.error() == Errc::broken_pipe);
        CHECK(*sent.error().value == 5);

        // What it held is there still, and then it has ended, as often as one asks.
        auto got = co_await channel.receive(limit());
        REQUIRE(got.has_value());
        REQUIRE(got->has_value());
        CHECK(***got == 1);
        for (int i = 0; i < 2; ++i) {
            got = co_await channel.receive(limit());
            REQUIRE(got.has_value());
            CHECK_FALSE(got->has_value());
        }
    });
}

TEST_CASE("channel: a receive that fails takes nothing") {
    on_loop([]() -> Task<void> {
        Channel<Number> channel(2);
        auto got = co_await channel.receive(after(1ms));
        CHECK(outcome(got) == Errc::timed_out);
        Errc result = Errc::unexpected;
        std::optional<int> value;
        auto receive = [&]() -> Task<void> {
            auto received = co_await channel.receive(limit());
            result = outcome(received);
            if (received && *received) value = ***received;
        };
        TaskScope scope;
        scope.spawn(receive());
        co_await turns();
        scope.cancel();
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(result == Errc::operation_canceled);

        Number one = number(1);
        REQUIRE(channel.try_send(one));
        CHECK(channel.size() == 1);
        // In a cancelled scope it stays where it is.
        scope.spawn(receive());
        joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(result == Errc::operation_canceled);
        CHECK(channel.size() == 1);

        // Handed over before the cancel comes: it has arrived.
        TaskScope late;
        auto left = channel.try_receive();
        REQUIRE(left.has_value());
        late.spawn(receive());
        co_await turns();
        REQUIRE(channel.try_send(*left));
        late.cancel();
        joined = co_await late.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(result == Errc::ok);
        CHECK(value == 1);
    });
}

TEST_CASE("channel: many senders and receivers, some of them given up, lose and double nothing") {
    on_loop([]() -> Task<void> {
        constexpr int senders = 20;
        constexpr int each = 50;
        Channel<Number> channel(4);
        std::vector<int> seen(senders * each, 0);
        std::vector<int> returned(senders * each, 0);
        auto send = [&](int sender) -> Task<void> {
            for (int i = 0; i < each; ++i) {
                const int value = sender * each + i;
                auto sent = co_await channel.send(number(value), value % 5 == 0 ? after(Duration::zero()) : limit());
                if (!sent) ++returned[static_cast<std::size_t>(*sent.error().value)];
            }
        };
        auto receive = [&](int receiver) -> Task<void> {
            for (;;) {
                auto got = co_await channel.receive(receiver % 2 == 0 ? after(1ms) : limit());
                if (!got && got.error() == Errc::timed_out) continue;
                if (!got || !*got) co_return;
                ++seen[static_cast<std::size_t>(***got)];
                if (***got % 3 == 0) (void)co_await pier::yield();
            }
        };
        TaskScope sending;
        TaskScope receiving;
        TaskScope cancelled;
        for (int i = 0; i < senders; ++i) sending.spawn(send(i));
        for (int i = 0; i < 5; ++i) receiving.spawn(receive(i));
        for (int i = 0; i < 3; ++i) cancelled.spawn(receive(1));
        co_await turns(10);
        cancelled.cancel();
        auto joined = co_await sending.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        channel.close();
        joined = co_await receiving.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        joined = co_await cancelled.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        for (std::size_t i = 0; i < seen.size(); ++i) {
            CAPTURE(i);
            CHECK(seen[i] + returned[i] == 1);
        }
    });
}
