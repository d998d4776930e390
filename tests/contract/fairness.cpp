// Fairness: who always has work takes a bounded share of a turn, so that the others come in time.
#include "bytes.hpp"
#include "pair.hpp"

#include <algorithm>
#include <array>
#include <vector>

using namespace contract;
using pier::Event;
using pier::Loop;
using pier::Post;
using pier::Stream;
using pier::TaskScope;

namespace {

// The design's inline budget is 16 operations a delivery, after the one that is delivered. Between two ticks, one a
// turn, lie a task's delivery in one turn and its retry in the next.
constexpr int operations_between_ticks = 2 * (1 + 16);

// Counts what happens between the ticks of something that happens once a turn.
struct Share {
    int since = 0;
    int most = 0;
    int ticks = 0;
    void add() { ++since; }
    void tick() {
        most = std::max(most, since);
        since = 0;
        ++ticks;
    }
};

}  // namespace

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

TEST_CASE("fairness: a greedy peer starves neither forty-nine others nor timers nor posts") {
    if (one_at_a_time()) return skip("one operation at a time");
    // Its bytes are read one by one, so that there is always a next one, whatever the scheduler does with a sender.
    constexpr std::size_t feast = 48 << 10;
    constexpr int others = 49;
    const int rounds = under_wine() ? 3 : 10;
    on_loop([&]() -> Task<void> {
        auto listener = pier::Listener::open(pier::Endpoint::loopback(pier::Family::ipv4));
        REQUIRE(outcome(listener) == Errc::ok);
        Pair greedy = co_await connect_pair(*listener);
        std::vector<Pair> pairs;
        for (int i = 0; i < others; ++i) pairs.push_back(co_await connect_pair(*listener));
        auto data = pattern(feast);
        auto fed = co_await greedy.client.send_all(data, limit());
        REQUIRE(outcome(fed) == Errc::ok);

        Share between_turns;
        Share between_posts;
        Share between_timers;
        std::size_t eaten = 0;
        std::size_t eaten_when_served = 0;
        int served = 0;
        bool over = false;
        auto eat = [&]() -> Task<void> {
            while (eaten < feast && !over) {
                std::array<std::byte, 1> bite{};
                auto got = co_await greedy.server.receive(bite, limit());
                REQUIRE(outcome(got) == Errc::ok);
                REQUIRE(*got == 1);
                REQUIRE(bite[0] == data[eaten]);
                ++eaten;
                between_turns.add();
                between_posts.add();
                between_timers.add();
            }
        };
        auto serve = [&](const Stream& stream) -> Task<void> {
            for (int i = 0; i < rounds; ++i) {
                auto got = co_await stream.receive(limit());
                REQUIRE(outcome(got) == Errc::ok);
                auto sent = co_await stream.send_all(*got, limit());
                REQUIRE(outcome(sent) == Errc::ok);
            }
        };
        auto ask = [&](const Stream& stream, int number) -> Task<void> {
            std::string question = "number " + std::to_string(number);
            std::vector<std::byte> answer(question.size());
            for (int i = 0; i < rounds; ++i) {
                auto sent = co_await stream.send_all(bytes_of(question), limit());
                REQUIRE(outcome(sent) == Errc::ok);
                auto got = co_await stream.receive_exactly(answer, limit());
                REQUIRE(outcome(got) == Errc::ok);
                REQUIRE(text_of(answer) == question);
            }
            if (++served == others) eaten_when_served = eaten;
        };
        // Timers have a millisecond: that they come while there is always something else to do is what counts.
        auto sleep = [&]() -> Task<void> {
            while (!over) {
                auto slept = co_await pier::sleep(after(1ms));
                REQUIRE(outcome(slept) == Errc::ok);
                between_timers.tick();
            }
        };
        struct Clock : Post {
            explicit Clock(Share& s) : share(s) {
                run = [](Post& post) noexcept {
                    auto& self = static_cast<Clock&>(post);
                    self.share.tick();
                    if (self.ends) {
                        self.ended.set();
                    } else {
                        Loop::current()->post(self);
                    }
                };
            }
            Share& share;
            bool ends = false;
            Event ended;
        } clock(between_posts);

        TaskScope scope;
        scope.spawn(sleep());
        scope.spawn(eat());
        for (int i = 0; i < others; ++i) {
            scope.spawn(serve(pairs[static_cast<std::size_t>(i)].server));
            scope.spawn(ask(pairs[static_cast<std::size_t>(i)].client, i));
        }
        pier::this_loop().post(clock);
        pier::Time until = limit().resolve(pier::this_loop().now());
        while (served < others && pier::this_loop().now() < until) {
            co_await next_turn();
            between_turns.tick();
        }
        over = true;
        clock.ends = true;
        auto ended = co_await clock.ended.wait(limit());
        CHECK(outcome(ended) == Errc::ok);
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);

        CHECK(served == others);
        // All of them while it was still eating.
        CHECK(eaten_when_served > 0);
        CHECK(eaten_when_served < feast);
        CHECK(between_turns.most <= operations_between_ticks);
        CHECK(between_posts.most <= operations_between_ticks);
        CHECK(between_turns.ticks >= rounds);
        CHECK(between_posts.ticks >= rounds);
        CHECK(between_timers.ticks > 0);
        CHECK(between_timers.most < static_cast<int>(feast));
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
