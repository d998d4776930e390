// Connecting from an address and a port of one's choice.
#include "harness.hpp"

#include <pier/listener.hpp>
#include <pier/socket/connect_from.hpp>

using namespace contract;
using pier::connect_from;
using pier::Endpoint;
using pier::Family;
using pier::Listener;

namespace {

Listener listen_on(const Endpoint& endpoint) {
    auto opened = Listener::open(endpoint);
    REQUIRE(outcome(opened) == Errc::ok);
    return std::move(*opened);
}

// With a port that was free a moment ago.
Endpoint free_endpoint(Family family) { return listen_on(Endpoint::loopback(family)).local(); }

}  // namespace

TEST_CASE("connect from: the peer sees the address and the port that were chosen") {
    for (Family family : {Family::ipv4, Family::ipv6}) {
        on_loop([&]() -> Task<void> {
            const Listener listener = listen_on(Endpoint::loopback(family));
            const Endpoint chosen = free_endpoint(family);
            auto client = co_await connect_from(chosen, listener.local(), limit());
            REQUIRE(outcome(client) == Errc::ok);
            auto server = co_await listener.accept(limit());
            REQUIRE(outcome(server) == Errc::ok);
            CHECK(server->peer() == chosen);
            auto local = client->local();
            REQUIRE(outcome(local) == Errc::ok);
            CHECK(*local == chosen);
            CHECK(client->peer() == listener.local());
        });
    }
}

TEST_CASE("connect from: port 0 takes a free one, and no address any") {
    on_loop([&]() -> Task<void> {
        const Listener listener = listen_on(Endpoint::loopback(Family::ipv4));
        for (const Endpoint& from : {Endpoint::loopback(Family::ipv4), Endpoint::any(Family::ipv4)}) {
            auto client = co_await connect_from(from, listener.local(), limit());
            REQUIRE(outcome(client) == Errc::ok);
            auto server = co_await listener.accept(limit());
            REQUIRE(outcome(server) == Errc::ok);
            CHECK(server->peer().is_loopback());
            CHECK(server->peer().port() != 0);
        }
    });
}

TEST_CASE("connect from: what can't be had is said") {
    on_loop([&]() -> Task<void> {
        const Listener listener = listen_on(Endpoint::loopback(Family::ipv4));
        const Listener other = listen_on(Endpoint::loopback(Family::ipv4));
        const Endpoint& to = listener.local();
        auto taken = co_await connect_from(other.local(), to, limit());
        CHECK(outcome(taken) == Errc::address_in_use);
        // TEST-NET-1 of RFC 5737: nobody's address.
        auto foreign = co_await connect_from(Endpoint::v4({192, 0, 2, 1}, 0), to, limit());
        CHECK(outcome(foreign) == Errc::address_not_available);
        auto families = co_await connect_from(Endpoint::loopback(Family::ipv6), to, limit());
        CHECK(outcome(families) == Errc::invalid_argument);
        auto unix_domain = co_await connect_from(Endpoint::loopback(Family::unix_domain), to, limit());
        CHECK(outcome(unix_domain) == Errc::invalid_argument);
        auto refused = co_await connect_from(Endpoint::loopback(Family::ipv4), free_endpoint(Family::ipv4), limit());
        CHECK(outcome(refused) == Errc::connection_refused);
    });
}
