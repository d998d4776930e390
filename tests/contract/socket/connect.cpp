// Connecting: whom one reaches, and how it fails.
#include "bytes.hpp"
#include "full_listener.hpp"
#include "harness.hpp"

#include <pier/sys/clock.hpp>

using namespace contract;
using pier::Endpoint;
using pier::Family;
using pier::Listener;
using pier::Stream;

namespace {

Task<void> say_hello(Stream& stream) {
    auto sent = co_await stream.send_all(bytes_of("hello"), limit());
    CHECK(outcome(sent) == Errc::ok);
    CHECK(outcome(stream.finish()) == Errc::ok);
}

Task<void> hear_hello(Stream& stream) {
    std::byte into[5];
    auto got = co_await stream.receive_exactly(into, limit());
    CHECK(outcome(got) == Errc::ok);
    CHECK(text_of(into) == "hello");
}

}  // namespace

TEST_CASE("connect: both ends know both names") {
    for (Family family : {Family::ipv4, Family::ipv6}) {
        Meeting meeting(family);
        Endpoint client_local;
        Endpoint client_peer;
        Signal known;
        both(
            [&]() -> Task<void> {
                Stream stream = co_await meeting.serve();
                co_await known.wait();
                auto local = stream.local();
                REQUIRE(outcome(local) == Errc::ok);
                CHECK(*local == client_peer);
                CHECK(stream.peer() == client_local);
                CHECK(local->family() == family);
                CHECK(local->is_loopback());
            },
            [&]() -> Task<void> {
                Stream stream = co_await meeting.connect();
                auto local = stream.local();
                REQUIRE(outcome(local) == Errc::ok);
                client_local = *local;
                client_peer = stream.peer();
                known.set();
                (void)co_await stream.receive(limit());
            });
    }
}

TEST_CASE("connect: a listener on all addresses is reached through loopback") {
    for (Family family : {Family::ipv4, Family::ipv6}) {
        Meeting meeting(Endpoint::any(family), {});
        both(
            [&]() -> Task<void> {
                Stream stream = co_await meeting.serve();
                co_await hear_hello(stream);
            },
            [&]() -> Task<void> {
                Endpoint endpoint = co_await meeting.address();
                Stream stream = co_await connect_to(Endpoint::loopback(family, endpoint.port()));
                co_await say_hello(stream);
                (void)co_await stream.receive(limit());
            });
    }
}

TEST_CASE("connect: IPv4 reaches a dual-stack listener") {
    Meeting meeting(Endpoint::any(Family::ipv6), {.dual_stack = true});
    both(
        [&]() -> Task<void> {
            Listener listener = meeting.listen();
            for (int i = 0; i < 2; ++i) {
                Stream stream = co_await accept_from(listener);
                CHECK(stream.peer().family() == Family::ipv6);
                co_await hear_hello(stream);
            }
        },
        [&]() -> Task<void> {
            Endpoint endpoint = co_await meeting.address();
            for (Family family : {Family::ipv4, Family::ipv6}) {
                Stream stream = co_await connect_to(Endpoint::loopback(family, endpoint.port()));
                co_await say_hello(stream);
                (void)co_await stream.receive(limit());
            }
        });
}

TEST_CASE("connect: a pending one keeps its deadline") {
    on_loop([]() -> Task<void> {
        FullListener full;
        const bool filled = co_await full.fill();
        if (!filled) co_return skip(no_pending_connect);
        pier::Time before = pier::sys::now();
        auto stream = co_await Stream::connect(full.endpoint(), after(50ms));
        CHECK(outcome(stream) == Errc::timed_out);
        CHECK(pier::sys::now() - before >= 50ms);
    });
}

TEST_CASE("connect: a pending one is told when it is refused after all") {
    on_loop([]() -> Task<void> {
        FullListener full;
        const bool filled = co_await full.fill();
        if (!filled) co_return skip(no_pending_connect);
        Errc result = Errc::ok;
        auto connecting = [&]() -> Task<void> {
            auto stream = co_await Stream::connect(full.endpoint(), limit());
            result = outcome(stream);
        };
        pier::TaskScope scope;
        scope.spawn(connecting());
        co_await turns();
        full.close();  // the next SYN finds nobody; it is sent again within a second or two
        (void)co_await scope.join(limit());
        CHECK(result == Errc::connection_refused);
    });
}
