// Handles, loops and awaiters that end in another order than most programs' do.
#include "open.hpp"
#include "pair.hpp"

#include <pier/sys/socket.hpp>
#include <pier/watch.hpp>

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

using namespace contract;
using pier::Datagram;
using pier::Endpoint;
using pier::Family;
using pier::Listener;
using pier::Loop;
using pier::Stream;
using pier::TaskScope;
using pier::Watch;

namespace {

// Reads the end of the stream: the other end was closed.
Task<void> meets_the_end(const Stream& stream) {
    auto got = co_await stream.receive(limit());
    REQUIRE(outcome(got) == Errc::ok);
    CHECK(got->empty());
}

struct Connected {
    Stream here;
    Stream there;  // of the other loop
};

// The ends of one connection on two loops of this thread, one after the other.
Connected connect_loops(Loop& first, Loop& second) {
    Listener listener = first.run([]() -> Task<Listener> { co_return open_listener(); }());
    Stream there = second.run(connect_to(listener.local()));
    Stream here = first.run(accept_from(listener));
    return {std::move(here), std::move(there)};
}

}  // namespace

TEST_CASE("lifetime: assignment closes what the handle held") {
    SUBCASE("a stream") {
        on_loop([]() -> Task<void> {
            Listener listener = open_listener();
            Pair kept = co_await connect_pair(listener);
            Pair other = co_await connect_pair(listener);
            kept.server = std::move(other.server);
            CHECK_FALSE(other.server.valid());
            co_await meets_the_end(kept.client);
            auto sent = co_await kept.server.send_all(bytes_of("x"), limit());
            CHECK(outcome(sent) == Errc::ok);
            auto got = co_await other.client.receive(limit());
            REQUIRE(outcome(got) == Errc::ok);
            CHECK(text_of(*got) == "x");
        });
    }
    SUBCASE("a listener, a datagram socket and a watch") {
        on_loop([]() -> Task<void> {
            Listener kept = open_listener();
            Listener other = open_listener();
            Endpoint free = kept.local();
            Endpoint taken = other.local();
            kept = std::move(other);
            CHECK_FALSE(other.valid());
            CHECK(kept.local() == taken);
            Listener again = open_listener(free);

            Datagram socket = open_datagram();
            Datagram replaced = open_datagram();
            free = socket.local();
            socket = std::move(replaced);
            CHECK_FALSE(replaced.valid());
            Datagram reopened = open_datagram(free);

            auto native = pier::sys::open(Family::ipv4, pier::spi::SocketKind::datagram);
            REQUIRE(outcome(native) == Errc::ok);
            auto watch = Watch::open(*native);
            REQUIRE(outcome(watch) == Errc::ok);
            *watch = Watch();
            CHECK_FALSE(watch->valid());
            pier::sys::close(*native);
            co_return;
        });
    }
    SUBCASE("and does nothing to itself") {
        on_loop([]() -> Task<void> {
            Pair pair = co_await connect_pair();
            Stream& same = pair.server;
            pair.server = std::move(same);
            CHECK(pair.server.valid());
            auto sent = co_await pair.server.send_all(bytes_of("x"), limit());
            CHECK(outcome(sent) == Errc::ok);
        });
    }
}

TEST_CASE("lifetime: thousands wait on two sockets, leave from the middle and are served in order") {
    if (one_at_a_time()) return skip("one operation at a time");
    on_loop([]() -> Task<void> {
        constexpr int count = 2000;
        Datagram first = open_datagram();
        Datagram second = open_datagram();
        std::vector<int> served;
        int canceled = 0;
        auto waits = [&](const Datagram& socket, int number) -> Task<void> {
            std::array<std::byte, 1> byte{};
            auto got = co_await socket.receive(byte);
            if (outcome(got) == Errc::ok) served.push_back(number);
            if (outcome(got) == Errc::operation_canceled) ++canceled;
        };
        TaskScope stay;
        TaskScope leave;
        for (int i = 0; i < count; ++i) {
            stay.spawn(waits(first, i));
            leave.spawn(waits(second, i));
            if (i % 2 == 0) leave.spawn(waits(first, -1));
        }
        co_await turns();
        leave.cancel();
        auto left = co_await leave.join(limit());
        CHECK(outcome(left) == Errc::ok);
        CHECK(canceled == count + count / 2);
        Datagram sender = open_datagram();
        for (int i = 0; i < 8; ++i) {
            auto sent = co_await sender.send_to(bytes_of("x"), first.local(), limit());
            REQUIRE(outcome(sent) == Errc::ok);
            for (int turn = 0; served.size() <= static_cast<std::size_t>(i) && turn < 100'000; ++turn)
                co_await turns(1);
        }
        CHECK(served == std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7});
        first.close();
        auto joined = co_await stay.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(canceled == count + count / 2 + count - 8);
    });
}

TEST_CASE("lifetime: what outlives run() closes, on whichever thread, and the loop goes on") {
    auto first = make_loop();
    auto second = make_loop();
    std::optional<Connected> pair = connect_loops(*first, *second);
    Endpoint free = pair->here.local().value();
    SUBCASE("on the same thread") { pair->here.close(); }
    SUBCASE("inside of another loop's run") {
        second->run([&]() -> Task<void> {
            pair->here = Stream();
            CHECK(Loop::current() == second.get());
            co_return;
        }());
    }
    SUBCASE("on another thread") {
        std::thread([&] { pair->here.close(); }).join();
    }
    second->run(meets_the_end(pair->there));
    // The listener of connect_loops() was closed outside, too: its port is free.
    Listener again = first->run([&]() -> Task<Listener> { co_return open_listener(free); }());
    CHECK(again.local() == free);
    std::optional<Datagram> datagram = first->run([]() -> Task<Datagram> { co_return open_datagram(); }());
    Endpoint name = datagram->local();
    datagram.reset();
    datagram = first->run([&]() -> Task<Datagram> { co_return open_datagram(name); }());
    CHECK(datagram->local() == name);
}

TEST_CASE("lifetime: a connection that was posted to a loop which never runs again is closed with the loop") {
    auto acceptor = make_loop();
    auto other = make_loop();
    if (!acceptor->traits().accepted_crosses_loops) return skip("an accepted connection belongs to its loop");
    Listener listener = acceptor->run([]() -> Task<Listener> { co_return open_listener(); }());
    Stream client = acceptor->run(connect_to(listener.local()));
    auto accepted = acceptor->run([](const Listener& from) -> Task<pier::spi::Accepted> {
        auto got = co_await from.accept_unattached(limit());
        REQUIRE(outcome(got) == Errc::ok);
        co_return std::move(*got);
    }(listener));
    Errc adopted = Errc::unexpected;
    other->post([&adopted, connection = std::move(accepted)]() mutable {
        auto stream = Stream::adopt(std::move(connection));
        adopted = outcome(stream);
    });
    other.reset();
    CHECK(adopted == Errc::operation_canceled);
    acceptor->run(meets_the_end(client));
}

TEST_CASE("lifetime: posts that post themselves again end with their loop") {
    struct Again : pier::Post {
        Loop* loop = nullptr;
        int runs = 0;
    };
    Again again;
    again.run = [](pier::Post& post) noexcept {
        auto& self = static_cast<Again&>(post);
        // A bound, for a loop that runs it for ever.
        if (++self.runs < 1000) self.loop->post(self);
    };
    // Whoever owns the function sees that it goes.
    auto token = std::make_shared<int>(0);
    auto loop = make_loop();
    again.loop = loop.get();
    std::function<void()> function = [&again, &function, &token] {
        if (++*token < 1000) again.loop->post([&function, token] { function(); });
    };
    loop->post(again);
    loop->post([&function, token] { function(); });
    loop.reset();
    CHECK(again.runs == 1);
    CHECK(*token == 1);
    CHECK(token.use_count() == 1);
}

TEST_CASE("lifetime: an operation that was made before a close and is awaited after it ends as not connected") {
    on_loop([]() -> Task<void> {
        Listener listener = open_listener();
        Pair pair = co_await connect_pair(listener);
        std::array<std::byte, 8> buffer{};
        auto receive = pair.server.receive();
        auto exactly = pair.server.receive_exactly(buffer, limit());
        auto send = pair.server.send(bytes_of("for nobody"), limit());
        auto readable = pair.server.readable(limit());
        pair.server.close();
        co_await turns();
        // It takes the place of the closed one, wherever the engine keeps those.
        Pair next = co_await connect_pair(listener);
        auto received = co_await receive;
        CHECK(outcome(received) == Errc::not_connected);
        auto filled = co_await exactly;
        CHECK(outcome(filled) == Errc::not_connected);
        auto sent = co_await send;
        CHECK(outcome(sent) == Errc::not_connected);
        auto ready = co_await readable;
        CHECK(outcome(ready) == Errc::not_connected);
        // Nothing of it has reached the new connection.
        auto said = co_await next.server.send_all(bytes_of("mine"), limit());
        CHECK(outcome(said) == Errc::ok);
        auto got = co_await next.client.receive(limit());
        REQUIRE(outcome(got) == Errc::ok);
        CHECK(text_of(*got) == "mine");
    });
}
