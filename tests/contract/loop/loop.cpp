// The loop as a place: its runs, its time, its name on the thread.
#include "bytes.hpp"
#include "pair.hpp"

#include <pier/sys/clock.hpp>

#include <array>
#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>

using namespace contract;
using pier::Event;
using pier::Loop;
using pier::Stream;
using pier::TaskScope;
using pier::Time;

namespace {

Task<int> one() { co_return 1; }

// A round trip over a connection of its own.
Task<std::string> round_trip(std::string text) {
    Pair pair = co_await connect_pair();
    auto sent = co_await pair.client.send_all(bytes_of(text), limit());
    REQUIRE(outcome(sent) == Errc::ok);
    std::string answer(text.size(), ' ');
    auto got = co_await pair.server.receive_exactly(std::as_writable_bytes(std::span(answer)), limit());
    REQUIRE(outcome(got) == Errc::ok);
    co_return answer;
}

}  // namespace

TEST_CASE("loop: a million awaits of tasks that don't suspend, while a socket waits") {
    constexpr int count = 1'000'000;
    on_loop([&]() -> Task<void> {
        Pair pair = co_await connect_pair();
        std::string got;
        auto receiving = [&]() -> Task<void> {
            auto chunk = co_await pair.server.receive(limit());
            REQUIRE(outcome(chunk) == Errc::ok);
            got = text_of(*chunk);
        };
        TaskScope scope;
        scope.spawn(receiving());
        co_await turns(1);
        int sum = 0;
        for (int i = 0; i < count; ++i) sum += co_await one();
        CHECK(sum == count);
        CHECK(got.empty());
        auto sent = co_await pair.client.send_all(bytes_of("at last"), limit());
        CHECK(outcome(sent) == Errc::ok);
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(got == "at last");
    });
}

TEST_CASE("loop: operations that end at once don't pile up on the stack") {
    constexpr int count = 100'000;
    on_loop([&]() -> Task<void> {
        Pair pair = co_await connect_pair();
        Event set;
        set.set();
        std::size_t moved = 0;
        for (int i = 0; i < count; ++i) {
            auto sent = co_await pair.client.send(std::span<const std::byte>(), limit());
            REQUIRE(outcome(sent) == Errc::ok);
            moved += *sent;
            auto came = co_await set.wait(limit());
            REQUIRE(outcome(came) == Errc::ok);
        }
        CHECK(moved == 0);
    });
}

TEST_CASE("loop: run() again, with other tasks, results and sockets") {
    auto loop = make_loop();
    for (int i = 0; i < 3; ++i) {
        CAPTURE(i);
        std::string text = "run number " + std::to_string(i);
        CHECK(loop->run(round_trip(text)) == text);
    }
    auto number = []() -> Task<std::unique_ptr<int>> { co_return std::make_unique<int>(42); };
    CHECK(*loop->run(number()) == 42);
    auto result = []() -> Task<pier::Result<int>> { co_return pier::fail(Errc::end_of_stream); };
    CHECK(outcome(loop->run(result())) == Errc::end_of_stream);
}

TEST_CASE("loop: run() again on another thread, with sockets") {
    auto loop = make_loop();
    CHECK(loop->run(round_trip("here")) == "here");
    std::string there;
    std::string failure;
    std::thread([&] {
        try {
            there = loop->run(round_trip("there"));
        } catch (const std::exception& error) {
            failure = error.what();
        }
    }).join();
    CHECK(failure.empty());
    CHECK(there == "there");
    CHECK(loop->run(round_trip("and back")) == "and back");
}

TEST_CASE("loop: an exception leaves run(), through every task on its way, and the loop goes on") {
    auto loop = make_loop();
    int unwound = 0;
    struct Unwound {
        int& count;
        ~Unwound() { ++count; }
    };
    std::function<Task<int>(int)> fail_below = [&](int depth) -> Task<int> {
        Unwound mark{unwound};
        if (depth == 0) {
            co_await turns(1);
            throw std::runtime_error("from below");
        }
        int below = co_await fail_below(depth - 1);
        co_return below + 1;
    };
    for (int round = 0; round < 2; ++round) {
        std::string said;
        try {
            (void)loop->run(fail_below(9));
        } catch (const std::runtime_error& error) {
            said = error.what();
        }
        CHECK(said == "from below");
        CHECK(unwound == 10 * (round + 1));
        CHECK(Loop::current() == nullptr);
        CHECK(loop->run(round_trip("as before")) == "as before");
    }
    // On the way it can be caught.
    auto catching = [&]() -> Task<std::string> {
        std::string said;
        try {
            (void)co_await fail_below(3);
        } catch (const std::runtime_error& error) {
            said = error.what();
        }
        co_await turns(1);
        co_return said;
    };
    CHECK(loop->run(catching()) == "from below");
}

TEST_CASE("loop: now() stands still within a step, never goes back and is never ahead") {
    on_loop([]() -> Task<void> {
        Loop& loop = pier::this_loop();
        Time last = loop.now();
        int backwards = 0;
        int ahead = 0;
        int moved_within = 0;
        for (int i = 0; i < 200; ++i) {
            Time now = loop.now();
            if (now < last) ++backwards;
            if (now > pier::sys::now()) ++ahead;
            Time until = pier::sys::now() + 50us;
            while (pier::sys::now() < until) {
            }
            if (loop.now() != now) ++moved_within;
            last = now;
            co_await next_turn();
            // The work of the step before has passed.
            if (loop.now() < until) ++backwards;
        }
        CHECK(backwards == 0);
        CHECK(ahead == 0);
        CHECK(moved_within == 0);

        Time until = pier::sys::now() + 5ms;
        auto slept = co_await pier::sleep(pier::at(until));
        CHECK(outcome(slept) == Errc::ok);
        CHECK(loop.now() >= until);
    });
}

TEST_CASE("loop: now() is right in the first step of every run") {
    auto loop = make_loop();
    auto body = [](Time before) -> Task<void> {
        CHECK(pier::this_loop().now() >= before);
        CHECK(pier::this_loop().now() <= pier::sys::now());
        co_return;
    };
    for (int i = 0; i < 3; ++i) {
        Time until = pier::sys::now() + 1ms;
        while (pier::sys::now() < until) {
        }
        loop->run(body(until));
    }
}

TEST_CASE("loop: it is this_loop() in its tasks and posts, and nowhere else") {
    CHECK(Loop::current() == nullptr);
    auto first = make_loop();
    auto second = make_loop();
    CHECK(first->engine_name() == settings().engine);
    for (auto& loop : {std::ref(*first), std::ref(*second)}) {
        Loop* expected = &loop.get();
        int seen = 0;
        auto look = [&]() -> Task<void> {
            if (&pier::this_loop() == expected && Loop::current() == expected) ++seen;
            co_await turns(1);
            if (&pier::this_loop() == expected) ++seen;
        };
        auto body = [&]() -> Task<void> {
            co_await look();
            TaskScope scope;
            scope.spawn(look());
            Event posted;
            expected->post([&] {
                if (Loop::current() == expected) ++seen;
                posted.set();
            });
            auto came = co_await posted.wait(limit());
            CHECK(outcome(came) == Errc::ok);
            Loop* elsewhere = expected;
            std::thread([&] { elsewhere = Loop::current(); }).join();
            CHECK(elsewhere == nullptr);
            auto joined = co_await scope.join(limit());
            CHECK(outcome(joined) == Errc::ok);
        };
        loop.get().run(body());
        CHECK(seen == 5);
        CHECK(Loop::current() == nullptr);
    }
}

TEST_CASE("loop: two loops on two threads don't know of each other") {
    constexpr int rounds = 20;
    std::array<Loop*, 2> seen{};
    auto side = [&](std::size_t number) -> Task<void> {
        seen[number] = &pier::this_loop();
        for (int i = 0; i < rounds; ++i) {
            std::string text = "side " + std::to_string(number) + " round " + std::to_string(i);
            std::string answer = co_await round_trip(text);
            CHECK(answer == text);
            CHECK(&pier::this_loop() == seen[number]);
        }
    };
    on_two_threads([&] { return side(0); }, [&] { return side(1); });
    CHECK(seen[0] != nullptr);
    CHECK(seen[1] != nullptr);
    CHECK(seen[0] != seen[1]);
}
