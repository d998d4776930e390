// Names: what needs no resolver is answered at once and alike everywhere; the rest does not hold up the loop.
#include "harness.hpp"

#include <pier/resolve.hpp>

#include <algorithm>

using namespace contract;
using pier::Endpoint;
using pier::Family;

TEST_CASE("resolve: addresses and port numbers need no resolver") {
    on_loop([]() -> Task<void> {
        auto four = co_await pier::resolve("127.0.0.1", "7000", Family::unspecified, limit());
        REQUIRE(outcome(four) == Errc::ok);
        REQUIRE(four->size() == 1);
        CHECK(four->front() == Endpoint::loopback(Family::ipv4, 7000));
        auto six = co_await pier::resolve("::1", "65535", Family::ipv6, limit());
        REQUIRE(outcome(six) == Errc::ok);
        CHECK(six->front() == Endpoint::loopback(Family::ipv6, 65535));
        auto other = co_await pier::resolve("::1", "1", Family::ipv4, limit());
        CHECK(outcome(other) == Errc::host_not_found);
    });
}

TEST_CASE("resolve: what some systems read as a port number is no service") {
    on_loop([]() -> Task<void> {
        for (std::string_view host : {"127.0.0.1", "localhost"}) {
            for (std::string_view service :
                 {" 80", "80 ", "\t80", "80\n", "+80", "-80", "8 0", " ", "http ", "\xe2\x82\xac"}) {
                auto found = co_await pier::resolve(host, service, Family::unspecified, limit());
                CAPTURE(host);
                CAPTURE(service);
                CHECK(outcome(found) == Errc::service_not_found);
            }
        }
    });
}

TEST_CASE("resolve: a zone that is not there, or does not belong there, is said to be") {
    on_loop([]() -> Task<void> {
        for (std::string_view host : {"fe80::1%999999", "fe80::1%no-such-interface", "fe80::1%0"}) {
            auto found = co_await pier::resolve(host, "80", Family::unspecified, limit());
            CAPTURE(host);
            CHECK(outcome(found) == Errc::no_such_interface);
        }
        auto misplaced = co_await pier::resolve("::1%1", "80", Family::unspecified, limit());
        CHECK(outcome(misplaced) == Errc::misplaced_zone);
    });
}

TEST_CASE("resolve: forty at once, all answered") {
    on_loop([]() -> Task<void> {
        int answered = 0;
        auto asking = [&]() -> Task<void> {
            auto found = co_await pier::resolve("localhost", "1", Family::ipv4, limit());
            if (found && found->front().is_loopback()) ++answered;
        };
        pier::TaskScope scope;
        for (int i = 0; i < 40; ++i) scope.spawn(asking());
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(answered == 40);
    });
}

TEST_CASE("resolve: can be cancelled, and times out, while the call goes on") {
    on_loop([]() -> Task<void> {
        int ended = 0;
        auto asking = [&]() -> Task<void> {
            auto found = co_await pier::resolve("localhost", "1", Family::ipv4, limit());
            if (found || outcome(found) == Errc::operation_canceled) ++ended;
        };
        for (int i = 0; i < 20; ++i) {
            pier::TaskScope scope;
            scope.spawn(asking());
            if (i % 2 == 0) co_await turns(1);
            scope.cancel();
            auto joined = co_await scope.join(limit());
            CHECK(outcome(joined) == Errc::ok);
        }
        CHECK(ended == 20);
        for (int i = 0; i < 20; ++i) {
            auto found = co_await pier::resolve("localhost", "1", Family::ipv4, after(0ns));
            bool expected = outcome(found) == Errc::timed_out || outcome(found) == Errc::ok;
            CHECK(expected);
        }
    });
}

TEST_CASE("resolve: the name of an endpoint") {
    on_loop([]() -> Task<void> {
        auto name = co_await pier::resolve_name(Endpoint::loopback(Family::ipv4, 1), limit());
        // A host without a table of names has none.
        bool expected = outcome(name) == Errc::ok || outcome(name) == Errc::host_not_found;
        CHECK(expected);
        if (name) CHECK_FALSE(name->host.empty());
        auto nobody = co_await pier::resolve_name(Endpoint{}, limit());
        CHECK(outcome(nobody) == Errc::invalid_argument);
    });
}
