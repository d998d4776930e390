// Ending operations that go piece by piece: between two of their pieces there is nothing in the system to cancel.
#include "bytes.hpp"
#include "harness.hpp"
#include "open.hpp"
#include "pair.hpp"

#include <pier/datagram.hpp>
#include <pier/resolve.hpp>
#include <pier/sys/clock.hpp>

#include <array>
#include <deque>
#include <functional>
#include <vector>

using namespace contract;
using pier::Stream;

namespace {

// Keeps the loop from turning until the time has come.
void block_the_thread(pier::Time until) {
    while (pier::sys::now() < until) {
    }
}

// What a receive_exactly of two bytes came to of which only the first was ever sent.
struct Half {
    Errc result = Errc::ok;
    std::size_t received = 0;
    std::array<std::byte, 2> into{};
};

Task<void> receive_two(const Stream& stream, Half& half, pier::Deadline deadline) {
    auto got = co_await stream.receive_exactly(half.into, deadline);
    half.result = outcome(got);
    if (!got) half.received = got.error().received;
}

// The byte is either in the buffer, and the stream is out of step for good, or it is still to be read.
Task<void> check_what_is_left(const Stream& stream, const Half& half) {
    REQUIRE(half.received < 2);
    auto next = co_await stream.receive(limit());
    if (half.received == 1) {
        CHECK(half.into[0] == std::byte{'1'});
        CHECK(outcome(next) == Errc::receive_cut_short);
        std::array<std::byte, 1> byte{};
        auto again = co_await stream.receive_exactly(byte, limit());
        CHECK(outcome(again) == Errc::receive_cut_short);
        CHECK(again.error().received == 0);
        auto ready = co_await stream.readable(limit());
        CHECK((ready || outcome(ready) == Errc::not_supported));
    } else {
        REQUIRE(outcome(next) == Errc::ok);
        CHECK(text_of(*next) == "1");
    }
}

enum class End { cancel, close, abort, destroy };

}  // namespace

TEST_CASE("cancel: a receive_exactly ends between its pieces") {
    if (one_at_a_time()) return skip("one operation at a time");
    on_loop([]() -> Task<void> {
        int cut_short = 0;
        for (int round = 0; round < 60; ++round) {
            CAPTURE(round);
            Pair pair = co_await connect_pair();
            Half half;
            pier::TaskScope scope;
            scope.spawn(receive_two(pair.server, half, limit()));
            co_await turns(1);
            auto sent = co_await pair.client.send_all(bytes_of("1"), limit());
            CHECK(outcome(sent) == Errc::ok);
            // The cancel meets the first piece before, in and after the turn that brings it.
            for (int turn = 0; turn < round % 4; ++turn) co_await next_turn();
            scope.cancel();
            auto joined = co_await scope.join(limit());
            REQUIRE(outcome(joined) == Errc::ok);
            CHECK(half.result == Errc::operation_canceled);
            co_await check_what_is_left(pair.server, half);
            cut_short += half.received == 1 ? 1 : 0;
        }
        CHECK(cut_short > 0);
    });
}

TEST_CASE("cancel: the deadline of a receive_exactly counts between its pieces") {
    if (one_at_a_time()) return skip("one operation at a time");
    on_loop([]() -> Task<void> {
        for (int round = 0; round < 8; ++round) {
            CAPTURE(round);
            Pair pair = co_await connect_pair();
            Half half;
            pier::TaskScope scope;
            pier::Time until = pier::sys::now() + 20ms;
            scope.spawn(receive_two(pair.server, half, pier::at(until)));
            co_await turns(1);
            auto sent = co_await pair.client.send_all(bytes_of("1"), limit());
            CHECK(outcome(sent) == Errc::ok);
            for (int turn = 0; turn < round % 4; ++turn) co_await next_turn();
            block_the_thread(until + 2ms);
            auto joined = co_await scope.join(limit());
            REQUIRE(outcome(joined) == Errc::ok);
            CHECK(half.result == Errc::timed_out);
            co_await check_what_is_left(pair.server, half);
        }
    });
}

TEST_CASE("cancel: many stalled send_alls end") {
    if (one_at_a_time()) return skip("one operation at a time");
    End end = End::cancel;
    SUBCASE("by their scope") { end = End::cancel; }
    SUBCASE("by closing") { end = End::close; }
    SUBCASE("by aborting") { end = End::abort; }
    SUBCASE("by destruction") { end = End::destroy; }
    auto data = pattern(16 << 20);
    on_loop([&]() -> Task<void> {
        std::deque<Pair> pairs;
        std::deque<Errc> results;
        auto sending = [&](const Stream& stream, Errc& result) -> Task<void> {
            auto sent = co_await stream.send_all(data, limit());
            result = outcome(sent);
        };
        pier::TaskScope scope;
        auto listener = pier::Listener::open(pier::Endpoint::loopback(pier::Family::ipv4));
        REQUIRE(outcome(listener) == Errc::ok);
        // Each has come further than the next when they are ended: some stand between two pieces.
        for (int i = 0; i < 64; ++i) {
            Pair pair = co_await connect_pair(*listener);
            pairs.push_back(std::move(pair));
            results.push_back(Errc::ok);
            scope.spawn(sending(pairs.back().server, results.back()));
        }
        co_await next_turn();
        if (end == End::cancel) scope.cancel();
        for (Pair& pair : pairs) {
            if (end == End::destroy) Stream gone = std::move(pair.server);
            if (end == End::close) pair.server.close();
            if (end == End::abort) pair.server.abort();
        }
        auto joined = co_await scope.join(limit());
        REQUIRE(outcome(joined) == Errc::ok);
        for (Errc result : results) CHECK(result == Errc::operation_canceled);
    });
}

TEST_CASE("cancel: a task whose operations end at once as canceled gives way to others") {
    on_loop([]() -> Task<void> {
        bool others_ran = false;
        int rounds = 0;
        auto stubborn = [&]() -> Task<void> {
            Stream none;
            for (; !others_ran && rounds < 100'000; ++rounds) {
                auto slept = co_await pier::sleep(after(1h));
                CHECK(outcome(slept) == Errc::operation_canceled);
                auto got = co_await none.receive();
                CHECK(outcome(got) == Errc::operation_canceled);
                auto connected = co_await Stream::connect(pier::Endpoint::loopback(pier::Family::ipv4, 1));
                CHECK(outcome(connected) == Errc::operation_canceled);
            }
        };
        pier::this_loop().post([&] { others_ran = true; });
        pier::TaskScope scope;
        scope.spawn(stubborn());
        scope.cancel();
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(others_ran);
        CHECK(rounds < 100);
    });
}

TEST_CASE("cancel: a task whose operations are refused at once gives way to others") {
    on_loop([]() -> Task<void> {
        bool others_ran = false;
        int rounds = 0;
        pier::this_loop().post([&] { others_ran = true; });
        Stream none;
        for (; !others_ran && rounds < 100'000; ++rounds) {
            auto got = co_await none.receive();
            CHECK(outcome(got) == Errc::not_connected);
            auto sent = co_await none.send_all(bytes_of("x"));
            CHECK(outcome(sent) == Errc::not_connected);
        }
        CHECK(rounds < 100);
    });
}

namespace {

// What ends at once without the engine, for as long as nobody else has had a turn.
struct AtOnce {
    std::function<Task<Errc>()> operation;
    Errc result;  // outside of a cancelled scope
};

std::vector<AtOnce> all_at_once(const pier::Datagram& socket, pier::Event& set, pier::TaskScope& empty) {
    static const auto one = bytes_of("x");
    return {
        {[&]() -> Task<Errc> {
             auto sent = co_await socket.send(one);
             co_return outcome(sent);
         },
         Errc::not_connected},
        {[&]() -> Task<Errc> {
             auto sent = co_await socket.send_to(one, pier::Endpoint::loopback(pier::Family::ipv4));
             co_return outcome(sent);
         },
         Errc::invalid_argument},
        {[&]() -> Task<Errc> {
             auto came = co_await set.wait();
             co_return outcome(came);
         },
         Errc::ok},
        {[&]() -> Task<Errc> {
             auto joined = co_await empty.join();
             co_return outcome(joined);
         },
         Errc::ok},
        {[]() -> Task<Errc> {
             auto found = co_await pier::resolve("127.0.0.1", "80");
             co_return outcome(found);
         },
         Errc::ok},
        {[]() -> Task<Errc> {
             auto found = co_await pier::resolve("", "80");
             co_return outcome(found);
         },
         Errc::invalid_argument},
    };
}

}  // namespace

TEST_CASE("cancel: a task whose operations need no engine gives way to others") {
    on_loop([]() -> Task<void> {
        pier::Datagram socket = open_datagram();
        pier::Event event;
        event.set();
        pier::TaskScope empty;
        for (const AtOnce& each : all_at_once(socket, event, empty)) {
            auto others_ran = std::make_shared<bool>(false);
            pier::this_loop().post([others_ran] { *others_ran = true; });
            int rounds = 0;
            for (; !*others_ran && rounds < 1'000; ++rounds) {
                Errc result = co_await each.operation();
                CHECK(result == each.result);
            }
            CHECK(rounds < 100);
            while (!*others_ran) co_await next_turn();
        }
    });
}

TEST_CASE("cancel: in a cancelled scope an operation that needs no engine ends as canceled") {
    on_loop([]() -> Task<void> {
        pier::Datagram socket = open_datagram();
        pier::Event event;
        event.set();
        pier::TaskScope empty;
        auto cancelled = [&]() -> Task<void> {
            for (const AtOnce& each : all_at_once(socket, event, empty)) {
                Errc result = co_await each.operation();
                CHECK(result == Errc::operation_canceled);
                pier::Shield shield;
                result = co_await each.operation();
                CHECK(result == each.result);
            }
        };
        pier::TaskScope scope;
        scope.spawn(cancelled());
        scope.cancel();
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        // As a join that finds tasks does: it cancels its scope.
        CHECK(empty.cancelled());
        // The event is not used up.
        CHECK(event.is_set());
    });
}
