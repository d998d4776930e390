// Deadlines that the loop comes to late, because a task kept it busy or the machine stood still: what had come in time
// counts.
#include "bytes.hpp"
#include "harness.hpp"
#include "pair.hpp"

#include <pier/datagram.hpp>
#include <pier/sys/clock.hpp>

#include <array>
#include <atomic>
#include <deque>
#include <functional>

using namespace contract;
using pier::Stream;
using pier::Time;

namespace {

void block_the_thread(Time until) {
    while (pier::sys::now() < until) {
    }
}

// Calls round(deadline) until it has done its part before the deadline; it says so by returning true. A machine that
// stands still longer than that has shown nothing.
Task<bool> in_time(const std::function<Task<bool>(pier::Time)>& round) {
    for (auto span = 100ms; span < 10s; span *= 2) {
        const bool shown = co_await round(pier::sys::now() + span);
        if (shown) co_return true;
    }
    co_return false;
}

}  // namespace

TEST_CASE("late: data that came before the deadline is received, on many streams") {
    if (one_at_a_time()) return skip("one operation at a time");
    // More than one wait of any engine brings.
    static constexpr int streams = 150;
    bool shown = false;
    for (auto span = 300ms; span < 10s && !shown; span *= 3) {
        Meeting meeting;
        Time until = Time::max();
        // Under Wine an accept that finds nothing does not enable FD_ACCEPT again, and accepts that race with connects
        // come to that.
        Signal connected;
        std::atomic<bool> pending{false};
        std::atomic<bool> sent_all{false};
        std::atomic<bool> in_time{false};
        int received = 0;
        on_two_threads(
            [&]() -> Task<void> {
                pier::Listener listener = meeting.listen();
                co_await connected.wait();
                std::deque<Stream> peers;
                for (int i = 0; i < streams; ++i) {
                    Stream peer = co_await accept_from(listener);
                    peers.push_back(std::move(peer));
                }
                until = pier::sys::now() + span;
                auto receiving = [&](const Stream& stream) -> Task<void> {
                    auto got = co_await stream.receive(pier::at(until));
                    if (got && text_of(*got) == "x") ++received;
                };
                pier::TaskScope scope;
                for (Stream& peer : peers) scope.spawn(receiving(peer));
                co_await turns(2);
                // From here to the deadline this loop stands still.
                pending = true;
                Time bound = limit().resolve(pier::sys::now());
                while (!sent_all && pier::sys::now() < bound) {
                }
                block_the_thread(until + 20ms);
                auto joined = co_await scope.join(limit());
                REQUIRE(outcome(joined) == Errc::ok);
            },
            [&]() -> Task<void> {
                std::deque<Stream> clients;
                for (int i = 0; i < streams; ++i) {
                    Stream client = co_await meeting.connect();
                    clients.push_back(std::move(client));
                }
                connected.set();
                Time bound = limit().resolve(pier::sys::now());
                while (!pending && pier::sys::now() < bound) co_await turns(1);
                for (Stream& client : clients) {
                    auto sent = co_await client.send_all(bytes_of("x"), limit());
                    REQUIRE(outcome(sent) == Errc::ok);
                }
                in_time = pier::sys::now() < until;
                sent_all = true;
                for (Stream& client : clients) (void)co_await client.receive(limit());
            });
        if (!in_time) continue;  // the machine stood still, and nothing is shown
        shown = true;
        CHECK(received == streams);
    }
    CHECK(shown);
}

TEST_CASE("late: a receive_exactly whose bytes came in time is complete") {
    if (one_at_a_time()) return skip("one operation at a time");
    on_loop([]() -> Task<void> {
        const bool shown = co_await in_time([&](Time until) -> Task<bool> {
            Pair pair = co_await connect_pair();
            std::array<std::byte, 8> into{};
            Errc result = Errc::unexpected;
            auto receiving = [&]() -> Task<void> {
                auto got = co_await pair.server.receive_exactly(into, pier::at(until));
                result = outcome(got);
            };
            pier::TaskScope scope;
            scope.spawn(receiving());
            co_await turns(1);
            auto sent = co_await pair.client.send_all(bytes_of("in time!"), limit());
            REQUIRE(outcome(sent) == Errc::ok);
            bool in_time = pier::sys::now() < until;
            block_the_thread(until + 50ms);
            auto joined = co_await scope.join(limit());
            REQUIRE(outcome(joined) == Errc::ok);
            if (!in_time) co_return false;
            CHECK(result == Errc::ok);
            CHECK(text_of(into) == "in time!");
            co_return true;
        });
        CHECK(shown);
    });
}

TEST_CASE("late: a datagram, a connection and a post that came in time are received") {
    if (one_at_a_time()) return skip("one operation at a time");
    on_loop([]() -> Task<void> {
        const bool shown = co_await in_time([&](Time until) -> Task<bool> {
            auto datagrams = pier::Datagram::open(pier::Endpoint::loopback(pier::Family::ipv4));
            auto listener = pier::Listener::open(pier::Endpoint::loopback(pier::Family::ipv4));
            REQUIRE(outcome(datagrams) == Errc::ok);
            REQUIRE(outcome(listener) == Errc::ok);
            Errc datagram = Errc::unexpected;
            Errc connection = Errc::unexpected;
            Errc event = Errc::unexpected;
            pier::Event posted;
            auto receiving = [&]() -> Task<void> {
                std::array<std::byte, 16> into{};
                auto got = co_await datagrams->receive(into, pier::at(until));
                datagram = outcome(got);
            };
            auto accepting = [&]() -> Task<void> {
                auto got = co_await listener->accept(pier::at(until));
                connection = outcome(got);
            };
            auto waiting = [&]() -> Task<void> {
                auto came = co_await posted.wait(pier::at(until));
                event = outcome(came);
            };
            pier::TaskScope scope;
            scope.spawn(receiving());
            scope.spawn(accepting());
            scope.spawn(waiting());
            co_await turns(1);
            auto sent = co_await datagrams->send_to(bytes_of("x"), datagrams->local(), limit());
            REQUIRE(outcome(sent) == Errc::ok);
            auto client = co_await Stream::connect(listener->local(), limit());
            REQUIRE(outcome(client) == Errc::ok);
            pier::this_loop().post([&] { posted.set(); });
            bool in_time = pier::sys::now() < until;
            block_the_thread(until + 50ms);
            auto joined = co_await scope.join(limit());
            REQUIRE(outcome(joined) == Errc::ok);
            if (!in_time) co_return false;
            CHECK(datagram == Errc::ok);
            CHECK(connection == Errc::ok);
            CHECK(event == Errc::ok);
            co_return true;
        });
        CHECK(shown);
    });
}

TEST_CASE("late: what did not come is timed out all the same") {
    on_loop([]() -> Task<void> {
        Pair pair = co_await connect_pair();
        Time until = pier::sys::now() + 5ms;
        pier::this_loop().post([until] { block_the_thread(until + 20ms); });
        auto got = co_await pair.server.receive(pier::at(until));
        CHECK(outcome(got) == Errc::timed_out);
        auto sent = co_await pair.client.send_all(bytes_of("later"), limit());
        REQUIRE(outcome(sent) == Errc::ok);
        auto next = co_await pair.server.receive(limit());
        REQUIRE(outcome(next) == Errc::ok);
        CHECK(text_of(*next) == "later");
    });
}
