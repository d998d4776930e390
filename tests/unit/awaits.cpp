// A million awaits in a loop: the depth of the stack must follow the depth of calls, never the number of awaits. GCC 12
// doesn't make tail calls of symmetric transfers at -O0 nor under sanitizers, where a stack of 8 MiB ends after some
// ten thousand.
#include "loop.hpp"

#include <pier/scope.hpp>
#include <pier/sleep.hpp>
#include <pier/sync/event.hpp>

#include <doctest/doctest.h>

#include <cstdint>

using namespace std::chrono_literals;
using pier::Task;

namespace {

constexpr int million = 1'000'000;

Task<int> one() { co_return 1; }
Task<int> one_through(int depth) {
    if (depth == 0) co_return co_await one();
    co_return co_await one_through(depth - 1);
}

// How far the stack reaches below a mark, as seen by a call at this point.
std::ptrdiff_t depth_below(const volatile char* mark) {
    volatile char here = 0;
    auto distance = static_cast<std::ptrdiff_t>(reinterpret_cast<std::uintptr_t>(mark)) -
                    static_cast<std::ptrdiff_t>(reinterpret_cast<std::uintptr_t>(&here));
    return distance < 0 ? -distance : distance;
}

}  // namespace

TEST_CASE("awaits: a million tasks that end at once") {
    auto loop = unit::make_loop();
    auto body = []() -> Task<int> {
        int sum = 0;
        for (int i = 0; i < million; ++i) sum += co_await one();
        co_return sum;
    };
    CHECK(loop->run(body()) == million);
}

TEST_CASE("awaits: a million, through a few calls") {
    auto loop = unit::make_loop();
    auto body = []() -> Task<int> {
        int sum = 0;
        for (int i = 0; i < million / 5; ++i) sum += co_await one_through(4);
        co_return sum;
    };
    CHECK(loop->run(body()) == million / 5);
}

TEST_CASE("awaits: a million of an event that is set") {
    auto loop = unit::make_loop();
    auto body = []() -> Task<int> {
        pier::Event event;
        event.set();
        int sum = 0;
        for (int i = 0; i < million; ++i) sum += (co_await event.wait()).has_value() ? 1 : 0;
        co_return sum;
    };
    CHECK(loop->run(body()) == million);
}

TEST_CASE("awaits: many that suspend, resumed by the loop") {
    auto loop = unit::make_loop();
    auto ping = [](pier::Event& mine, pier::Event& other, int rounds) -> Task<void> {
        for (int i = 0; i < rounds; ++i) {
            (void)co_await mine.wait();
            mine.reset();
            other.set();
        }
    };
    auto body = [&]() -> Task<bool> {
        pier::Event left;
        pier::Event right;
        pier::TaskScope scope;
        scope.spawn(ping(left, right, million / 20));
        scope.spawn(ping(right, left, million / 20));
        left.set();
        co_return (co_await scope.join()).has_value();
    };
    CHECK(loop->run(body()));
}

TEST_CASE("awaits: many whose child suspends, which ends later than its parent's await began") {
    auto loop = unit::make_loop();
    volatile char mark = 0;
    std::ptrdiff_t first = 0;
    std::ptrdiff_t last = 0;
    auto child = [](pier::Event& event) -> Task<int> {
        (void)co_await event.wait();
        event.reset();
        co_return 1;
    };
    auto body = [&]() -> Task<int> {
        pier::Event event;
        struct Set : pier::Post {
            pier::Event* event = nullptr;
        } set;
        set.event = &event;
        set.run = [](pier::Post& p) noexcept { static_cast<Set&>(p).event->set(); };
        int sum = 0;
        for (int i = 0; i < million / 20; ++i) {
            loop->post(set);
            sum += co_await child(event);
            last = depth_below(&mark);
            if (i == 10) first = last;
        }
        co_return sum;
    };
    CHECK(loop->run(body()) == million / 20);
    CHECK(last <= first + 1024);
}
