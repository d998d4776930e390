// Listening and accepting.
#include "bytes.hpp"
#include "harness.hpp"
#include "open.hpp"

#include <pier/sys/clock.hpp>
#include <pier/sys/socket.hpp>

#include <thread>
#include <vector>

using namespace contract;
using pier::Endpoint;
using pier::Family;
using pier::Listener;
using pier::Stream;

namespace {

Task<void> send_text(Stream& stream, std::string_view text) {
    auto sent = co_await stream.send_all(bytes_of(text), limit());
    CHECK(outcome(sent) == Errc::ok);
}

Task<std::string> receive_some(Stream& stream) {
    auto got = co_await stream.receive(limit());
    REQUIRE(outcome(got) == Errc::ok);
    co_return std::string(text_of(*got));
}

}  // namespace

TEST_CASE("listen: port 0 takes a free one and says which") {
    on_loop([]() -> Task<void> {
        for (Family family : {Family::ipv4, Family::ipv6}) {
            Listener one = open_listener(Endpoint::loopback(family));
            Listener other = open_listener(Endpoint::loopback(family));
            CHECK(one.local().port() != 0);
            CHECK(other.local().port() != 0);
            CHECK(one.local().port() != other.local().port());
            CHECK(one.local().with_port(0) == Endpoint::loopback(family));
        }
        co_return;
    });
}

TEST_CASE("listen: IPv4 in IPv6 form is refused, since the socket would take IPv6 only") {
    on_loop([]() -> Task<void> {
        auto mapped = Endpoint::parse("[::ffff:127.0.0.1]:0");
        REQUIRE(outcome(mapped) == Errc::ok);
        auto listener = Listener::open(*mapped);
        CHECK(outcome(listener) == Errc::mapped_address);
        co_return;
    });
}

TEST_CASE("listen: several accepts are served in their order") {
    Meeting meeting;
    std::vector<int> order;
    constexpr int count = 5;
    Signal accepting;
    Signal over;
    both(
        [&]() -> Task<void> {
            Listener listener = meeting.listen();
            pier::TaskScope scope;
            std::vector<Stream> streams;
            auto accept = [&](int number) -> Task<void> {
                streams.push_back(co_await accept_from(listener));
                order.push_back(number);
            };
            for (int i = 0; i < count; ++i) {
                scope.spawn(accept(i));
                co_await turns(1);
            }
            accepting.set();
            auto joined = co_await scope.join(limit());
            CHECK(outcome(joined) == Errc::ok);
            CHECK(order == std::vector<int>{0, 1, 2, 3, 4});
            over.set();
        },
        [&]() -> Task<void> {
            Endpoint endpoint = co_await meeting.address();
            co_await accepting.wait();
            std::vector<Stream> streams;
            for (int i = 0; i < count; ++i) streams.push_back(co_await connect_to(endpoint));
            co_await over.wait();
        });
}

TEST_CASE("listen: cancelling one of several accepts leaves the others and their order") {
    Meeting meeting;
    std::vector<int> order;
    std::vector<int> cancelled;
    Signal accepting;
    Signal over;
    both(
        [&]() -> Task<void> {
            Listener listener = meeting.listen();
            pier::TaskScope stay;
            pier::TaskScope go;
            std::vector<Stream> streams;
            auto accept = [&](int number) -> Task<void> {
                auto stream = co_await listener.accept(limit());
                if (!stream) {
                    CHECK(outcome(stream) == Errc::operation_canceled);
                    cancelled.push_back(number);
                } else {
                    streams.push_back(std::move(*stream));
                    order.push_back(number);
                }
            };
            // The first and the third go.
            go.spawn(accept(0));
            co_await turns(1);
            stay.spawn(accept(1));
            co_await turns(1);
            go.spawn(accept(2));
            co_await turns(1);
            stay.spawn(accept(3));
            co_await turns(1);
            go.cancel();
            auto joined = co_await go.join(limit());
            CHECK(outcome(joined) == Errc::ok);
            CHECK(cancelled.size() == 2);
            CHECK(order.empty());
            accepting.set();
            joined = co_await stay.join(limit());
            CHECK(outcome(joined) == Errc::ok);
            CHECK(order == std::vector<int>{1, 3});
            over.set();
        },
        [&]() -> Task<void> {
            Endpoint endpoint = co_await meeting.address();
            co_await accepting.wait();
            Stream one = co_await connect_to(endpoint);
            Stream two = co_await connect_to(endpoint);
            co_await over.wait();
        });
}

TEST_CASE("listen: closing while a cancel is on its way ends each accept once") {
    Meeting meeting;
    int cancelled = 0;
    Signal connected;
    both(
        [&]() -> Task<void> {
            Listener listener = meeting.listen();
            pier::TaskScope scope;
            auto accept = [&]() -> Task<void> {
                auto stream = co_await listener.accept(limit());
                if (outcome(stream) == Errc::operation_canceled) ++cancelled;
            };
            for (int i = 0; i < 3; ++i) scope.spawn(accept());
            co_await turns();
            scope.cancel();
            listener.close();
            auto joined = co_await scope.join(limit());
            CHECK(outcome(joined) == Errc::ok);
            CHECK(cancelled == 3);
        },
        [&]() -> Task<void> { (void)co_await meeting.address(); });
}

TEST_CASE("listen: it goes on after a cancelled accept and after one that timed out") {
    Meeting meeting;
    Signal ready;
    both(
        [&]() -> Task<void> {
            Listener listener = meeting.listen();
            pier::Time before = pier::sys::now();
            auto late = co_await listener.accept(after(30ms));
            CHECK(outcome(late) == Errc::timed_out);
            CHECK(pier::sys::now() - before >= 30ms);
            pier::TaskScope scope;
            Errc result = Errc::ok;
            auto accept = [&]() -> Task<void> {
                auto stream = co_await listener.accept(limit());
                result = outcome(stream);
            };
            scope.spawn(accept());
            co_await turns();
            scope.cancel();
            auto joined = co_await scope.join(limit());
            CHECK(outcome(joined) == Errc::ok);
            CHECK(result == Errc::operation_canceled);
            ready.set();
            Stream stream = co_await accept_from(listener);
            co_await send_text(stream, "welcome");
        },
        [&]() -> Task<void> {
            Endpoint endpoint = co_await meeting.address();
            co_await ready.wait();
            Stream stream = co_await connect_to(endpoint);
            std::string got = co_await receive_some(stream);
            CHECK(got == "welcome");
        });
}

// After an accept some engines take the next connection before anybody asks for it.
TEST_CASE("listen: connections that nobody accepted are reset, those behind an accepted one, too") {
    if (under_wine_8()) return skip("Wine 8 ends connections that nobody accepted instead of resetting them");
    Meeting meeting;
    Signal accepted;
    Signal connected;
    both(
        [&]() -> Task<void> {
            Listener listener = meeting.listen();
            Stream stream = co_await accept_from(listener);
            accepted.set();
            co_await connected.wait();
            co_await turns();
            listener.close();
        },
        [&]() -> Task<void> {
            Endpoint endpoint = co_await meeting.address();
            Stream served = co_await connect_to(endpoint);
            co_await accepted.wait();
            Stream stream = co_await connect_to(endpoint);
            connected.set();
            auto got = co_await stream.receive(limit());
            CHECK(outcome(got) == Errc::connection_reset);
        });
}

TEST_CASE("listen: a listener for clients that speak first") {
    Meeting meeting(Endpoint::loopback(Family::ipv4), {.client_speaks_first = true});
    both(
        [&]() -> Task<void> {
            Listener listener = meeting.listen();
            for (int i = 0; i < 10; ++i) {
                Stream stream = co_await accept_from(listener);
                std::string got = co_await receive_some(stream);
                CHECK(got == "request");
                co_await send_text(stream, "answer");
            }
        },
        [&]() -> Task<void> {
            Endpoint endpoint = co_await meeting.address();
            for (int i = 0; i < 10; ++i) {
                Stream stream = co_await connect_to(endpoint);
                co_await send_text(stream, "request");
                std::string got = co_await receive_some(stream);
                CHECK(got == "answer");
            }
        });
}

TEST_CASE("listen: who begins to share a port is refused where anybody listens") {
    on_loop([]() -> Task<void> {
        pier::ListenerOptions begin{.share_port = true, .first_to_share = true};
        pier::ListenerOptions join{.share_port = true};
        auto first = Listener::open(Endpoint::loopback(Family::ipv4), begin);
        if (!pier::sys::can_share_port()) {
            CHECK(outcome(first) == Errc::not_supported);
            co_return;
        }
        REQUIRE(outcome(first) == Errc::ok);
        auto second = Listener::open(first->local(), join);
        CHECK(outcome(second) == Errc::ok);
        auto intruder = Listener::open(first->local(), begin);
        CHECK(outcome(intruder) == Errc::address_in_use);
        auto alone = Listener::open(first->local());
        CHECK(outcome(alone) == Errc::address_in_use);
        // As long as one of them is there.
        first->close();
        co_await turns();
        intruder = Listener::open(second->local(), begin);
        CHECK(outcome(intruder) == Errc::address_in_use);
    });
}

TEST_CASE("listen: of two programs that begin to share a port at the same time one is refused") {
    namespace sys = pier::sys;
    constexpr auto kind = pier::spi::SocketKind::listener;
    if (!sys::can_share_port()) return;
    auto one = sys::open(Family::ipv4, kind);
    auto other = sys::open(Family::ipv4, kind);
    REQUIRE(outcome(one) == Errc::ok);
    REQUIRE(outcome(other) == Errc::ok);
    pier::spi::Accepted owned(*one);  // closes it
    pier::spi::Accepted other_owned(*other);
    auto bound = sys::bind(*one, Endpoint::loopback(Family::ipv4), kind, {});
    REQUIRE(outcome(bound) == Errc::ok);
    auto name = sys::local_endpoint(*one);
    REQUIRE(outcome(name) == Errc::ok);
    auto other_bound = sys::bind(*other, *name, kind, {});
    CHECK(outcome(other_bound) == Errc::ok);  // neither listens yet
    auto listening = sys::listen(*one, {});
    CHECK(outcome(listening) == Errc::ok);
    auto shared = sys::share_port(*one);
    CHECK(outcome(shared) == Errc::ok);
    auto other_listening = sys::listen(*other, {});
    CHECK(outcome(other_listening) == Errc::address_in_use);
}

TEST_CASE("listen: a connection that was accepted on one loop is served on another") {
    if (!make_loop()->traits().accepted_crosses_loops) return skip("an accepted connection belongs to its loop");
    Meeting meeting;
    pier::spi::Accepted accepted;
    Signal handed_over;
    Signal served;
    on_two_threads(
        [&]() -> Task<void> {
            Listener listener = meeting.listen();
            auto got = co_await listener.accept_unattached(limit());
            REQUIRE(outcome(got) == Errc::ok);
            CHECK(got->valid());
            CHECK(got->peer().is_loopback());
            std::thread other([&] {
                on_loop([&]() -> Task<void> {
                    co_await handed_over.wait();
                    auto stream = Stream::adopt(std::move(accepted));
                    REQUIRE(outcome(stream) == Errc::ok);
                    auto again = Stream::adopt(std::move(accepted));  // moved from
                    CHECK(outcome(again) == Errc::invalid_argument);
                    CHECK(stream->peer().is_loopback());
                    std::string text = co_await receive_some(*stream);
                    co_await send_text(*stream, text);
                });
                served.set();
            });
            accepted = std::move(*got);
            handed_over.set();
            co_await served.wait();
            other.join();
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            co_await send_text(stream, "here I am");
            std::string got = co_await receive_some(stream);
            CHECK(got == "here I am");
        });
}

TEST_CASE("listen: where an accepted connection belongs to its loop, another refuses it") {
    Meeting meeting;
    both(
        [&]() -> Task<void> {
            Listener listener = meeting.listen();
            auto got = co_await listener.accept_unattached(limit());
            REQUIRE(outcome(got) == Errc::ok);
            bool crosses = pier::this_loop().traits().accepted_crosses_loops;
            pier::spi::Accepted accepted = std::move(*got);
            Errc adopted = Errc::unexpected;
            std::thread([&] {
                on_loop([&]() -> Task<void> {
                    auto stream = Stream::adopt(std::move(accepted));
                    adopted = outcome(stream);
                    co_return;
                });
            }).join();
            CHECK(adopted == (crosses ? Errc::ok : Errc::not_supported));
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            // Closed either way.
            auto got = co_await stream.receive(limit());
            REQUIRE(outcome(got) == Errc::ok);
            CHECK(got->empty());
        });
}

TEST_CASE("listen: an accepted connection that nobody attaches is closed") {
    Meeting meeting;
    both(
        [&]() -> Task<void> {
            Listener listener = meeting.listen();
            auto got = co_await listener.accept_unattached(limit());
            CHECK(outcome(got) == Errc::ok);
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            auto got = co_await stream.receive(limit());
            REQUIRE(outcome(got) == Errc::ok);
            CHECK(got->empty());
        });
}
