// Tasks: values, exceptions, ownership. Those that suspend use the loop of the simplest engine, and no socket.
#include "loop.hpp"

#include <pier/scope.hpp>
#include <pier/sleep.hpp>
#include <pier/sync/event.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using pier::after;
using pier::Task;

namespace {

struct Wrong : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// No default constructor, no copies; counts those alive.
class Token {
public:
    explicit Token(int n) noexcept : number(n) { ++alive; }
    Token(Token&& other) noexcept : number(std::exchange(other.number, -1)) { ++alive; }
    Token& operator=(Token&&) = delete;
    ~Token() { --alive; }
    int number;
    static inline int alive = 0;
};

Task<int> number(int n) { co_return n; }
Task<Token> token(int n) { co_return Token(n); }
Task<void> nothing() { co_return; }
Task<pier::Result<void>> success() { co_return {}; }

Task<int> fails(std::string text) {
    throw Wrong(text);
    co_return 1;
}

Task<int> later(int n) {
    (void)co_await pier::sleep(after(0ns));
    co_return n;
}

Task<int> fails_later(std::string text) {
    (void)co_await pier::sleep(after(0ns));
    throw Wrong(text);
}

// Functions, because GCC 12 evaluates both arms of `co_await (a ? b() : c())` and destroys one task twice.
Task<int> value(bool suspends) { return suspends ? later(0) : number(0); }
Task<int> failure(bool suspends, std::string text) {
    return suspends ? fails_later(std::move(text)) : fails(std::move(text));
}

// A chain of calls: the innermost ends at once or later.
Task<int> chain(int depth, bool suspends) {
    if (depth == 0) co_return co_await value(suspends);
    co_return 1 + co_await chain(depth - 1, suspends);
}

Task<int> throwing_chain(int depth, bool suspends) {
    if (depth == 0) co_return co_await failure(suspends, "deep");
    Token held(depth);
    co_return 1 + co_await throwing_chain(depth - 1, suspends);
}

}  // namespace

TEST_CASE("task: the value of run") {
    auto loop = unit::make_loop();
    CHECK(loop->run(number(42)) == 42);
    CHECK(loop->run(later(43)) == 43);
    loop->run(nothing());
    CHECK(loop->run(token(7)).number == 7);
    CHECK(Token::alive == 0);
    auto text = loop->run([]() -> Task<std::string> { co_return "converted"; }());
    CHECK(text == "converted");
    auto owned = loop->run([]() -> Task<std::unique_ptr<int>> { co_return std::make_unique<int>(9); }());
    CHECK(*owned == 9);
    CHECK(loop->run(success()).has_value());
}

TEST_CASE("task: the value of co_await, at once and later") {
    auto loop = unit::make_loop();
    auto body = []() -> Task<int> {
        int sum = co_await number(1) + co_await later(2);
        co_await nothing();
        Token got = co_await token(4);
        sum += got.number;
        CHECK(Token::alive == 1);
        auto held = later(8);
        sum += co_await std::move(held);
        co_return sum;
    };
    CHECK(loop->run(body()) == 15);
    CHECK(Token::alive == 0);
}

TEST_CASE("task: nothing runs before it is awaited, and one that is never awaited frees what it holds") {
    auto loop = unit::make_loop();
    bool ran = false;
    auto body = [&](Token) -> Task<void> {
        ran = true;
        co_return;
    };
    {
        auto task = body(Token(1));
        CHECK(Token::alive == 1);
        auto moved = std::move(task);
        CHECK(Token::alive == 1);
    }
    CHECK(Token::alive == 0);
    CHECK_FALSE(ran);
    auto task = body(Token(2));
    CHECK_FALSE(ran);
    loop->run(std::move(task));
    CHECK(ran);
    CHECK(Token::alive == 0);
}

TEST_CASE("task: an exception comes out where the task is awaited") {
    auto loop = unit::make_loop();
    auto body = [](bool suspends) -> Task<std::string> {
        try {
            (void)co_await failure(suspends, suspends ? "late" : "early");
        } catch (const Wrong& wrong) {
            // Awaiting inside a handler is not allowed; afterwards all is as before.
            co_return wrong.what();
        }
        co_return "no exception";
    };
    CHECK(loop->run(body(false)) == "early");
    CHECK(loop->run(body(true)) == "late");
}

TEST_CASE("task: an exception leaves run, and the loop goes on being usable") {
    auto loop = unit::make_loop();
    CHECK_THROWS_WITH_AS((void)loop->run(fails("root")), "root", Wrong);
    CHECK_THROWS_WITH_AS((void)loop->run(fails_later("later root")), "later root", Wrong);
    auto without_value = []() -> Task<void> {
        throw Wrong("void");
        co_return;
    };
    CHECK_THROWS_WITH_AS(loop->run(without_value()), "void", Wrong);
    CHECK(loop->run(later(5)) == 5);
}

TEST_CASE("task: a thousand nested, the innermost at once or later") {
    auto loop = unit::make_loop();
    for (bool suspends : {false, true}) {
        CAPTURE(suspends);
        CHECK(loop->run(chain(1000, suspends)) == 1000);
        CHECK_THROWS_WITH_AS((void)loop->run(throwing_chain(1000, suspends)), "deep", Wrong);
        CHECK(Token::alive == 0);
    }
}

TEST_CASE("task: parameters live as long as the task, results of an awaited one only as long as they are held") {
    auto loop = unit::make_loop();
    auto child = [](Token held) -> Task<int> {
        (void)co_await pier::sleep(after(0ns));
        co_return held.number;
    };
    auto body = [&]() -> Task<void> {
        CHECK(co_await child(Token(3)) == 3);
        CHECK(Token::alive == 0);  // the frame went with the full expression
        (void)co_await token(4);
        CHECK(Token::alive == 0);
    };
    loop->run(body());
}

TEST_CASE("task: siblings take turns, each in its own order") {
    auto loop = unit::make_loop();
    std::vector<int> order;
    auto body = [&]() -> Task<void> {
        auto task = [&](int id) -> Task<void> {
            for (int i = 0; i < 3; ++i) {
                order.push_back(id);
                CHECK(co_await later(i) == i);
            }
        };
        pier::TaskScope scope;
        for (int id = 0; id < 3; ++id) scope.spawn(task(id));
        CHECK(order.empty());  // a spawned task starts in a later step
        CHECK(scope.size() == 3);
        (void)co_await scope.join();
        CHECK(scope.size() == 0);
    };
    loop->run(body());
    REQUIRE(order.size() == 9);
    for (std::size_t round = 0; round < 3; ++round) {
        std::vector<int> one(order.begin() + static_cast<std::ptrdiff_t>(3 * round),
                             order.begin() + static_cast<std::ptrdiff_t>(3 * round + 3));
        CHECK(one == std::vector{0, 1, 2});
    }
}

TEST_CASE("task: a loop can be run by one thread after the other") {
    auto loop = unit::make_loop();
    CHECK(pier::Loop::current() == nullptr);
    int value = 0;
    std::thread([&] { value = loop->run(later(6)); }).join();
    CHECK(value == 6);
    auto body = [&]() -> Task<bool> { co_return pier::Loop::current() == loop.get(); };
    CHECK(loop->run(body()));
    CHECK(pier::Loop::current() == nullptr);
}
