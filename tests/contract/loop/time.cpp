// Deadlines and sleeps: never early, in order, and without effect where they do not pass.
#include "bytes.hpp"
#include "harness.hpp"

#include <pier/sys/clock.hpp>

#include <algorithm>
#include <vector>

using namespace contract;
using pier::Stream;
using pier::Time;

namespace {

// Keeps the thread busy, as a handler that computes would.
void block_the_thread(pier::Duration span) {
    Time until = pier::sys::now() + span;
    while (pier::sys::now() < until) {
    }
}

}  // namespace

TEST_CASE("time: a sleep that begins as its deadline comes does end") {
    // An engine that counts in milliseconds looks at the clock more than once on its way into the wait: the next
    // millisecond may begin between any two looks.
    on_loop([]() -> Task<void> {
        for (auto lead = 100ns; lead < 20us; lead += lead / 128 + 1ns) {
            Time until = std::chrono::ceil<std::chrono::milliseconds>(pier::sys::now() + lead);
            while (pier::sys::now() < until - lead) {
            }
            auto slept = co_await pier::sleep(pier::at(until));
            CHECK(outcome(slept) == Errc::ok);
            CHECK(pier::sys::now() >= until);
        }
    });
}

TEST_CASE("time: sleeps end in the order of their deadlines") {
    on_loop([]() -> Task<void> {
        std::vector<std::pair<Time, int>> ends;
        std::vector<int> order;
        pier::TaskScope scope;
        Time now = pier::sys::now();
        auto task = [&](int number, Time until) -> Task<void> {
            auto slept = co_await pier::sleep(pier::at(until));
            CHECK(outcome(slept) == Errc::ok);
            CHECK(pier::sys::now() >= until);
            order.push_back(number);
        };
        for (int i = 0; i < 1000; ++i) {
            Time until = now + 20ms + std::chrono::microseconds((i * 7919) % 80'000);
            ends.emplace_back(until, i);
            scope.spawn(task(i, until));
        }
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        std::ranges::sort(ends);
        REQUIRE(order.size() == ends.size());
        for (std::size_t i = 0; i < order.size(); ++i) {
            CAPTURE(i);
            REQUIRE(order[i] == ends[i].second);
        }
    });
}

TEST_CASE("time: a point in the past is over at once, but lets others have their turn") {
    on_loop([]() -> Task<void> {
        bool other = false;
        auto task = [&]() -> Task<void> {
            other = true;
            co_return;
        };
        pier::TaskScope scope;
        scope.spawn(task());
        auto slept = co_await pier::sleep(pier::at(Time::min()));
        CHECK(outcome(slept) == Errc::ok);
        CHECK(other);
        (void)co_await scope.join(limit());
    });
}

TEST_CASE("time: a sleep without an end ends with its scope") {
    on_loop([]() -> Task<void> {
        Errc result = Errc::ok;
        auto task = [&]() -> Task<void> {
            auto slept = co_await pier::sleep({});
            result = outcome(slept);
        };
        pier::TaskScope scope;
        scope.spawn(task());
        co_await turns(3);
        CHECK(scope.size() == 1);
        scope.cancel();
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(result == Errc::operation_canceled);
    });
}

TEST_CASE("time: a cancel and the deadline in the same turn end a sleep once") {
    on_loop([]() -> Task<void> {
        int ended = 0;
        auto task = [&]() -> Task<void> {
            (void)co_await pier::sleep(after(5ms));
            ++ended;
        };
        pier::TaskScope scope;
        scope.spawn(task());
        co_await turns();
        scope.cancel();
        block_the_thread(20ms);
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(ended == 1);
    });
}

TEST_CASE("time: an event and its deadline in the same turn end the wait once") {
    on_loop([]() -> Task<void> {
        pier::Event event;
        pier::this_loop().post([&] {
            block_the_thread(20ms);
            event.set();
        });
        auto came = co_await event.wait(after(5ms));
        bool expected = came || outcome(came) == Errc::timed_out;
        CHECK(expected);
        CHECK(event.is_set());
    });
}

TEST_CASE("time: the last task and the deadline in the same turn end a join once") {
    on_loop([]() -> Task<void> {
        auto task = []() -> Task<void> {
            co_await turns();
            block_the_thread(20ms);
        };
        pier::TaskScope scope;
        scope.spawn(task());
        auto joined = co_await scope.join(after(10ms));
        bool expected = joined || outcome(joined) == Errc::timed_out;
        CHECK(expected);
        joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
    });
}

TEST_CASE("time: receive_exactly that times out half-way says how much had come, and nothing reads on from there") {
    Meeting meeting;
    Signal sent_half;
    Signal timed_out;
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            co_await sent_half.wait();
            std::byte into[8] = {};
            auto all = co_await stream.receive_exactly(into, after(50ms));
            CHECK(outcome(all) == Errc::timed_out);
            REQUIRE(!all);
            CHECK(all.error().received == 4);
            CHECK(text_of(std::span(into).first(4)) == "abcd");
            timed_out.set();
            std::byte rest[4] = {};
            all = co_await stream.receive_exactly(rest, limit());
            CHECK(outcome(all) == Errc::receive_cut_short);
            auto some = co_await stream.receive(rest, limit());
            CHECK(outcome(some) == Errc::receive_cut_short);
            auto lent = co_await stream.receive(limit());
            CHECK(outcome(lent) == Errc::receive_cut_short);
            auto farewell = co_await stream.send_all(bytes_of("sorry"), limit());
            CHECK(outcome(farewell) == Errc::ok);
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            auto sent = co_await stream.send_all(bytes_of("abcd"), limit());
            CHECK(outcome(sent) == Errc::ok);
            sent_half.set();
            co_await timed_out.wait();
            std::byte answer[5] = {};
            auto got = co_await stream.receive_exactly(answer, limit());
            CHECK(outcome(got) == Errc::ok);
        });
}

TEST_CASE("time: receive_exactly that times out before anything came leaves the stream as it was") {
    Meeting meeting;
    Signal timed_out;
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            std::byte into[8] = {};
            auto all = co_await stream.receive_exactly(into, after(5ms));
            REQUIRE(outcome(all) == Errc::timed_out);
            CHECK(all.error().received == 0);
            timed_out.set();
            all = co_await stream.receive_exactly(into, limit());
            CHECK(outcome(all) == Errc::ok);
            CHECK(text_of(into) == "abcdefgh");
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            co_await timed_out.wait();
            auto sent = co_await stream.send_all(bytes_of("abcdefgh"), limit());
            CHECK(outcome(sent) == Errc::ok);
            auto end = co_await stream.receive(limit());
            CHECK(outcome(end) == Errc::ok);
        });
}

TEST_CASE("time: a deadline that does not pass changes nothing") {
    Meeting meeting;
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            for (int i = 0; i < 100; ++i) {
                auto got = co_await stream.receive(limit());
                REQUIRE(outcome(got) == Errc::ok);
                REQUIRE(text_of(*got) == "ping");
                auto sent = co_await stream.send_all(*got, limit());
                REQUIRE(outcome(sent) == Errc::ok);
            }
            auto end = co_await stream.receive(limit());
            CHECK(outcome(end) == Errc::ok);
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            for (int i = 0; i < 100; ++i) {
                auto sent = co_await stream.send_all(bytes_of("ping"), limit());
                REQUIRE(outcome(sent) == Errc::ok);
                std::byte into[4];
                auto got = co_await stream.receive_exactly(into, limit());
                REQUIRE(outcome(got) == Errc::ok);
            }
        });
}
