// Fairness to others: beside somebody who could always go on, forty-nine connections, timers and posts come in time.
#include "bytes.hpp"
#include "pair.hpp"
#include "share.hpp"

#include <array>
#include <string>
#include <vector>

using namespace contract;
using pier::Event;
using pier::Loop;
using pier::Post;
using pier::Stream;
using pier::TaskScope;

namespace {

// Those who want their share, on the loop of somebody greedy.
class Others {
public:
    // In a task of the same loop, after each of its operations.
    void greedy_moved(std::size_t bytes) {
        ++by_greedy_;
        bytes_.add(static_cast<int>(bytes));
        turns_.add();
        posts_.add();
        timers_.add();
    }
    [[nodiscard]] bool over() const noexcept { return over_; }

    Task<void> come(const pier::Listener& listener) {
        for (int i = 0; i < count; ++i) pairs_.push_back(co_await connect_pair(listener));
    }

    // Until all are served, and then ends the greedy task, which is one of that scope.
    Task<void> share_with(TaskScope& scope) {
        turns_ = bytes_ = posts_ = timers_ = {};  // until now nobody counted turns
        scope.spawn(sleep());
        for (int i = 0; i < count; ++i) {
            scope.spawn(serve(pairs_[static_cast<std::size_t>(i)].server));
            scope.spawn(ask(pairs_[static_cast<std::size_t>(i)].client, i));
        }
        Clock clock(posts_);
        pier::this_loop().post(clock);
        pier::Time until = limit().resolve(pier::this_loop().now());
        while ((served_ < count || timers_.ticks == 0) && pier::this_loop().now() < until) {
            co_await next_turn();
            turns_.tick();
            bytes_.tick();
        }
        by_greedy_when_served_ = by_greedy_;
        over_ = true;
        clock.ends = true;
        auto ended = co_await clock.ended.wait(limit());
        CHECK(outcome(ended) == Errc::ok);
    }

    // When the scope has ended.
    void check() const {
        CHECK(served_ == count);
        CHECK(by_greedy_when_served_ > 0);
        CHECK(turns_.most <= operations_between_ticks);
        CHECK(posts_.most <= operations_between_ticks);
        CHECK(bytes_.most <= bytes_between_ticks);
        CHECK(turns_.ticks >= rounds_);
        CHECK(posts_.ticks >= rounds_);
        CHECK(timers_.ticks > 0);
    }
    [[nodiscard]] int by_greedy_when_served() const noexcept { return by_greedy_when_served_; }
    [[nodiscard]] int most_between_timers() const noexcept { return timers_.most; }

private:
    static constexpr int count = 49;

    // A post that posts itself, so that it runs in every turn.
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
    };

    Task<void> serve(const Stream& stream) {
        for (int i = 0; i < rounds_; ++i) {
            auto got = co_await stream.receive(limit());
            REQUIRE(outcome(got) == Errc::ok);
            auto sent = co_await stream.send_all(*got, limit());
            REQUIRE(outcome(sent) == Errc::ok);
        }
    }

    Task<void> ask(const Stream& stream, int number) {
        std::string question = "number " + std::to_string(number);
        std::vector<std::byte> answer(question.size());
        for (int i = 0; i < rounds_; ++i) {
            auto sent = co_await stream.send_all(bytes_of(question), limit());
            REQUIRE(outcome(sent) == Errc::ok);
            auto got = co_await stream.receive_exactly(answer, limit());
            REQUIRE(outcome(got) == Errc::ok);
            REQUIRE(text_of(answer) == question);
        }
        ++served_;
    }

    // Timers have a millisecond: that they come while there is always something else to do is what counts.
    Task<void> sleep() {
        while (!over_) {
            auto slept = co_await pier::sleep(after(1ms));
            REQUIRE(outcome(slept) == Errc::ok);
            timers_.tick();
        }
    }

    const int rounds_ = under_wine() ? 3 : 10;
    std::vector<Pair> pairs_;
    Share turns_;
    Share bytes_;  // between turns
    Share posts_;
    Share timers_;
    int by_greedy_ = 0;
    int by_greedy_when_served_ = 0;
    int served_ = 0;
    bool over_ = false;
};

// Of bytes that are there already and read one by one: there is always a next one, whatever the scheduler does with a
// sender.
constexpr int feast = 48 << 10;

// For one that is fed, or drained, by a peer on another thread that never pauses.
constexpr std::size_t block = 64 << 10;

// Sends until the other end is over.
Task<void> feed(const Stream& stream) {
    std::vector<std::byte> data(block, std::byte{'x'});
    for (;;) {
        auto sent = co_await stream.send_all(data, limit());
        if (!sent) co_return;
    }
}

// Receives until the other end is over.
Task<void> drain(const Stream& stream) {
    for (;;) {
        auto got = co_await stream.receive(limit());
        REQUIRE(outcome(got) == Errc::ok);
        if (got->empty()) co_return;
    }
}

}  // namespace

TEST_CASE("fairness: a greedy peer starves neither forty-nine others nor timers nor posts") {
    if (one_at_a_time()) return skip("one operation at a time");
    on_loop([]() -> Task<void> {
        auto listener = pier::Listener::open(pier::Endpoint::loopback(pier::Family::ipv4));
        REQUIRE(outcome(listener) == Errc::ok);
        Pair greedy = co_await connect_pair(*listener);
        Others others;
        co_await others.come(*listener);
        auto data = pattern(feast);
        auto fed = co_await greedy.client.send_all(data, limit());
        REQUIRE(outcome(fed) == Errc::ok);

        auto eat = [&]() -> Task<void> {
            for (std::byte expected : data) {
                if (others.over()) co_return;
                std::array<std::byte, 1> bite{};
                auto got = co_await greedy.server.receive(bite, limit());
                REQUIRE(outcome(got) == Errc::ok);
                REQUIRE(*got == 1);
                REQUIRE(bite[0] == expected);
                others.greedy_moved(1);
            }
        };
        TaskScope scope;
        scope.spawn(eat());
        co_await others.share_with(scope);
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        others.check();
        // All of them while it was still eating.
        CHECK(others.by_greedy_when_served() < feast);
        CHECK(others.most_between_timers() < feast);
    });
}

TEST_CASE("fairness: a peer that never stops sending starves neither forty-nine others nor timers nor posts") {
    if (one_at_a_time()) return skip("one operation at a time");
    Meeting meeting;
    on_two_threads(
        [&]() -> Task<void> {
            pier::Listener listener = meeting.listen();
            Stream greedy = co_await accept_from(listener);
            Others others;
            co_await others.come(listener);
            Event fed;
            auto eat = [&]() -> Task<void> {
                while (!others.over()) {
                    auto got = co_await greedy.receive(limit());
                    REQUIRE(outcome(got) == Errc::ok);
                    REQUIRE(!got->empty());
                    others.greedy_moved(got->size());
                    fed.set();
                }
            };
            TaskScope scope;
            scope.spawn(eat());
            auto begun = co_await fed.wait(limit());
            REQUIRE(outcome(begun) == Errc::ok);
            co_await others.share_with(scope);
            auto joined = co_await scope.join(limit());
            CHECK(outcome(joined) == Errc::ok);
            others.check();
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            co_await feed(stream);
        });
}

TEST_CASE("fairness: a sender that never pauses starves neither forty-nine others nor timers nor posts of its loop") {
    if (one_at_a_time()) return skip("one operation at a time");
    Meeting meeting;
    on_two_threads(
        [&]() -> Task<void> {
            pier::Listener listener = meeting.listen();
            Stream greedy = co_await accept_from(listener);
            Others others;
            co_await others.come(listener);
            std::vector<std::byte> data(block, std::byte{'x'});
            auto send = [&]() -> Task<void> {
                while (!others.over()) {
                    auto sent = co_await greedy.send(data, limit());
                    REQUIRE(outcome(sent) == Errc::ok);
                    others.greedy_moved(*sent);
                }
            };
            TaskScope scope;
            scope.spawn(send());
            co_await others.share_with(scope);
            auto joined = co_await scope.join(limit());
            CHECK(outcome(joined) == Errc::ok);
            auto finished = greedy.finish();
            CHECK(outcome(finished) == Errc::ok);
            others.check();
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            co_await drain(stream);
        });
}
