// Fairness: who always has work takes a bounded share of a turn, so that the others come in time.
#include "bytes.hpp"
#include "pair.hpp"
#include "share.hpp"

#include <algorithm>
#include <array>
#include <vector>

using namespace contract;
using pier::Stream;
using pier::TaskScope;

TEST_CASE("fairness: requests that wait in a socket are served a few a turn") {
    // All of them are there before the first is read: a server without a bound would answer them in one go.
    const int requests = under_wine() ? 500 : 4'000;
    on_loop([&]() -> Task<void> {
        Pair pair = co_await connect_pair();
        auto data = pattern(static_cast<std::size_t>(requests));
        auto sent = co_await pair.client.send_all(data, limit());
        REQUIRE(outcome(sent) == Errc::ok);

        Share share;
        bool over = false;
        int echoed = 0;
        auto echo = [&]() -> Task<void> {
            for (; echoed < requests; ++echoed) {
                std::array<std::byte, 1> request{};
                auto got = co_await pair.server.receive(request, limit());
                REQUIRE(outcome(got) == Errc::ok);
                REQUIRE(*got == 1);
                share.add();
                auto answered = co_await pair.server.send(request, limit());
                REQUIRE(outcome(answered) == Errc::ok);
                share.add();
            }
            over = true;
        };
        TaskScope scope;
        scope.spawn(echo());
        while (!over) {
            co_await next_turn();
            share.tick();
        }
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(echoed == requests);
        CHECK(share.most <= operations_between_ticks);
        CHECK(share.ticks >= 2 * requests / operations_between_ticks);

        std::vector<std::byte> answers(data.size());
        auto all = co_await pair.client.receive_exactly(answers, limit());
        CHECK(outcome(all) == Errc::ok);
        CHECK(answers == data);
    });
}

TEST_CASE("fairness: of many that are ready at once a turn serves some, and the others may leave meanwhile") {
    if (one_at_a_time()) return skip("one operation at a time");
    constexpr std::size_t count = 150;
    // What engines that try look at before they serve.
    constexpr int most = 64;
    on_loop([&]() -> Task<void> {
        std::vector<Pair> pairs;
        for (std::size_t i = 0; i < count; ++i) pairs.push_back(co_await connect_pair());
        for (const Pair& pair : pairs) {
            auto sent = co_await pair.client.send_all(bytes_of("x"), limit());
            REQUIRE(outcome(sent) == Errc::ok);
        }
        std::size_t served = 0;
        std::size_t left = 0;
        int since_tick = 0;
        int most_in_a_turn = 0;
        std::vector<Pair> replacements;
        std::vector<bool> over(count);
        auto serving = [&](std::size_t number) -> Task<void> {
            std::array<std::byte, 1> into{};
            auto got = co_await pairs[number].server.receive(into, limit());
            over[number] = true;
            if (!got) {
                // Where a receive needs no wait, some are served before others begin.
                CHECK((outcome(got) == Errc::operation_canceled || outcome(got) == Errc::not_connected));
                ++left;
                co_return;
            }
            CHECK(*got == 1);
            ++served;
            most_in_a_turn = std::max(most_in_a_turn, ++since_tick);
            // Every third has another leave, who is ready as well, and somebody takes the number.
            const std::size_t other = (number + count / 2) % count;
            if (number % 3 != 0 || over[other]) co_return;
            pairs[other].server.close();
            replacements.push_back(co_await connect_pair());
        };
        TaskScope scope;
        for (std::size_t i = 0; i < count; ++i) scope.spawn(serving(i));
        while (served + left < count) {
            co_await next_turn();
            since_tick = 0;
        }
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        if (receives_by_trying()) {
            CHECK(most_in_a_turn <= most);
            CHECK(left > 0);
        }
        for (const Pair& pair : replacements) {
            std::array<std::byte, 1> into{};
            auto nothing = co_await pair.server.receive(into, after(0ms));
            CHECK(outcome(nothing) == Errc::timed_out);
            auto sent = co_await pair.client.send_all(bytes_of("y"), limit());
            CHECK(outcome(sent) == Errc::ok);
            auto got = co_await pair.server.receive_exactly(into, limit());
            CHECK(outcome(got) == Errc::ok);
            CHECK(text_of(into) == "y");
        }
    });
}

TEST_CASE("fairness: a long send_all and a long receive_exactly are many steps") {
    const std::size_t size = under_wine() ? 32 << 20 : 64 << 20;
    // A piece is at most 1 MiB and spends the budget; a delivered one and a retried one may lie in a turn.
    const int least = static_cast<int>(size >> 20) / 3;
    std::vector<std::byte> data(size, std::byte{'x'});
    std::vector<std::byte> into(size);
    Meeting meeting;
    auto ticks_while = [](Task<void> work) -> Task<int> {
        TaskScope scope;
        bool over = false;
        auto working = [&](Task<void> of) -> Task<void> {
            co_await std::move(of);
            over = true;
        };
        scope.spawn(working(std::move(work)));
        int ticks = 0;
        while (!over) {
            co_await next_turn();
            ++ticks;
        }
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        co_return ticks;
    };
    on_two_threads(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            auto receiving = [&]() -> Task<void> {
                auto got = co_await stream.receive_exactly(into, limit());
                CHECK(outcome(got) == Errc::ok);
            };
            int ticks = co_await ticks_while(receiving());
            CHECK(ticks >= least);
            CHECK(into == data);
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            auto sending = [&]() -> Task<void> {
                auto sent = co_await stream.send_all(data, limit());
                CHECK(outcome(sent) == Errc::ok);
            };
            int ticks = co_await ticks_while(sending());
            CHECK(ticks >= least);
            auto end = co_await stream.receive(limit());
            CHECK(outcome(end) == Errc::ok);
        });
}
