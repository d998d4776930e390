// Connecting to one of several addresses, and by name.
#include "full_listener.hpp"
#include "harness.hpp"

#include <pier/listener.hpp>
#include <pier/socket/connect_race.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace contract;
using pier::connect_to_first;
using pier::Endpoint;
using pier::Family;
using pier::Listener;
using pier::Stream;

namespace {

Listener listen_on(Family family) {
    auto opened = Listener::open(Endpoint::loopback(family));
    REQUIRE(outcome(opened) == Errc::ok);
    return std::move(*opened);
}

// Nobody listens there: the port was free a moment ago.
Endpoint closed_endpoint(Family family) { return listen_on(family).local(); }

}  // namespace

TEST_CASE("connect by name: the families take turns, beginning with that of the first address") {
    const auto six = [](std::uint16_t port) { return Endpoint::loopback(Family::ipv6, port); };
    const auto four = [](std::uint16_t port) { return Endpoint::loopback(Family::ipv4, port); };
    using List = std::vector<Endpoint>;
    CHECK(pier::spi::take_turns({six(1), six(2), six(3), four(4), four(5)}) ==
          List{six(1), four(4), six(2), four(5), six(3)});
    CHECK(pier::spi::take_turns({four(1), six(2), six(3)}) == List{four(1), six(2), six(3)});
    CHECK(pier::spi::take_turns({four(1), four(2)}) == List{four(1), four(2)});
    CHECK(pier::spi::take_turns({}).empty());
}

TEST_CASE("connect by name: the first address that answers counts, and no other is asked") {
    on_loop([]() -> Task<void> {
        const Listener first = listen_on(Family::ipv6);
        const Listener second = listen_on(Family::ipv4);
        std::vector<Endpoint> addresses{first.local(), second.local()};
        auto stream = co_await connect_to_first(std::move(addresses), limit());
        REQUIRE(outcome(stream) == Errc::ok);
        CHECK(stream->peer() == first.local());
        auto accepted = co_await first.accept(limit());
        CHECK(outcome(accepted) == Errc::ok);
        auto nobody = co_await second.accept(after(10ms));
        CHECK(outcome(nobody) == Errc::timed_out);
    });
}

TEST_CASE("connect by name: after a refusal the next address is tried") {
    on_loop([]() -> Task<void> {
        const Listener listener = listen_on(Family::ipv4);
        const Endpoint closed = closed_endpoint(Family::ipv6);
        std::vector<Endpoint> addresses{closed, listener.local()};
        auto stream = co_await connect_to_first(std::move(addresses), limit());
        REQUIRE(outcome(stream) == Errc::ok);
        CHECK(stream->peer() == listener.local());
    });
}

TEST_CASE("connect by name: when all refuse, the failure says so for each address") {
    on_loop([]() -> Task<void> {
        const Endpoint six = closed_endpoint(Family::ipv6);
        const Endpoint four = closed_endpoint(Family::ipv4);
        std::vector<Endpoint> addresses{six, four};
        auto stream = co_await connect_to_first(std::move(addresses), limit());
        REQUIRE(!stream);
        CHECK(stream.error() == Errc::connection_refused);
        const auto& attempts = stream.error().attempts();
        REQUIRE(attempts.size() == 2);
        CHECK(attempts[0].to == six);
        CHECK(attempts[1].to == four);
        for (const pier::FailedAttempt& each : attempts) CHECK(each.error == Errc::connection_refused);
        const std::string text = stream.error().describe();
        CHECK(text.starts_with(six.to_string() + ": connection refused"));
        CHECK(text.find("; " + four.to_string() + ": connection refused") != std::string::npos);
    });
}

TEST_CASE("connect by name: an address that does not answer does not hold up the next one") {
    on_loop([]() -> Task<void> {
        FullListener full;
        const bool filled = co_await full.fill();
        if (!filled) co_return skip(no_pending_connect);
        const Listener listener = listen_on(Family::ipv6);
        std::vector<Endpoint> addresses{full.endpoint(), listener.local()};
        auto stream = co_await connect_to_first(std::move(addresses), limit());
        REQUIRE(outcome(stream) == Errc::ok);
        CHECK(stream->peer() == listener.local());
    });
}

TEST_CASE("connect by name: the deadline ends all attempts") {
    on_loop([]() -> Task<void> {
        FullListener full;
        const bool filled = co_await full.fill();
        if (!filled) co_return skip(no_pending_connect);
        std::vector<Endpoint> addresses{full.endpoint(), full.endpoint()};
        auto stream = co_await connect_to_first(std::move(addresses), after(50ms));
        REQUIRE(!stream);
        CHECK(stream.error() == Errc::timed_out);
        REQUIRE(!stream.error().attempts().empty());
        CHECK(stream.error().attempts().front().error == Errc::timed_out);
    });
}

TEST_CASE("connect by name: a cancelled one leaves nothing behind") {
    if (one_at_a_time()) return skip("one operation at a time");
    on_loop([]() -> Task<void> {
        FullListener full;
        const bool filled = co_await full.fill();
        if (!filled) co_return skip(no_pending_connect);
        std::vector<Errc> ends;
        auto trying = [&]() -> Task<void> {
            std::vector<Endpoint> addresses(3, full.endpoint());
            auto stream = co_await connect_to_first(std::move(addresses), limit());
            ends.push_back(outcome(stream));
        };
        pier::TaskScope scope;
        for (int i = 0; i < 3; ++i) scope.spawn(trying());
        (void)co_await pier::sleep(after(10ms));
        scope.cancel();
        (void)co_await scope.join();
        CHECK(ends == std::vector<Errc>(3, Errc::operation_canceled));
    });
}

TEST_CASE("connect by name: a race begins where it is told, and says what came of each attempt") {
    on_loop([]() -> Task<void> {
        const Listener six = listen_on(Family::ipv6);
        const Listener four = listen_on(Family::ipv4);
        std::vector<Endpoint> addresses{six.local(), four.local()};
        const Endpoint source = closed_endpoint(Family::ipv4);
        pier::AttemptRules rules{{source}, {}};
        auto race = co_await pier::race_to_connect(std::move(addresses), std::move(rules), limit());
        REQUIRE(outcome(race.connected) == Errc::ok);
        CHECK(race.connected->peer() == four.local());
        auto local = race.connected->local();
        REQUIRE(outcome(local) == Errc::ok);
        CHECK(*local == source);
        REQUIRE(race.attempts.size() == 2);
        CHECK(race.attempts[0].to == six.local());
        CHECK(race.attempts[0].error == Errc::address_family_not_supported);
        CHECK(race.attempts[1].to == four.local());
        CHECK(race.attempts[1].error == Errc::ok);
    });
}

TEST_CASE("connect by name: attempts of a family follow each other from one port") {
    on_loop([]() -> Task<void> {
        FullListener full;
        const bool filled = co_await full.fill();
        if (!filled) co_return skip(no_pending_connect);
        const Family family = full.endpoint().family();
        const Listener listener = listen_on(family);
        std::vector<Endpoint> addresses{full.endpoint(), listener.local()};
        const Endpoint source = closed_endpoint(family);
        // Longer than what an attempt has before the next one starts, which would find its port taken.
        pier::AttemptRules rules{{source}, 300ms};
        auto race = co_await pier::race_to_connect(std::move(addresses), std::move(rules), limit());
        REQUIRE(outcome(race.connected) == Errc::ok);
        CHECK(race.connected->peer() == listener.local());
        REQUIRE(race.attempts.size() == 2);
        CHECK(race.attempts[0].error == Errc::timed_out);
        CHECK(race.attempts[1].error == Errc::ok);
    });
}

TEST_CASE("connect by name: each attempt of a race has its own time") {
    on_loop([]() -> Task<void> {
        FullListener full;
        const bool filled = co_await full.fill();
        if (!filled) co_return skip(no_pending_connect);
        std::vector<Endpoint> addresses{full.endpoint(), full.endpoint()};
        pier::AttemptRules rules{{}, 20ms};  // less than what an attempt has before the next one starts
        auto race = co_await pier::race_to_connect(std::move(addresses), std::move(rules), limit());
        REQUIRE(outcome(race.connected) == Errc::timed_out);
        REQUIRE(race.attempts.size() == 2);
        for (const pier::FailedAttempt& each : race.attempts) CHECK(each.error == Errc::timed_out);
    });
}

TEST_CASE("connect by name: a host's name leads to its addresses") {
    on_loop([]() -> Task<void> {
        const Listener listener = listen_on(Family::ipv4);
        const std::string port = std::to_string(listener.local().port());
        auto stream = co_await Stream::connect("localhost", port, limit());
        REQUIRE(outcome(stream) == Errc::ok);
        CHECK(stream->peer() == listener.local());
    });
}

TEST_CASE("connect by name: what the resolver refuses has no attempts") {
    on_loop([]() -> Task<void> {
        auto unknown = co_await Stream::connect(std::string(300, 'a'), "80", limit());
        REQUIRE(!unknown);
        CHECK(unknown.error() == Errc::host_not_found);
        CHECK(unknown.error().attempts().empty());
        auto service = co_await Stream::connect("127.0.0.1", "no such service", limit());
        REQUIRE(!service);
        CHECK(service.error() == Errc::service_not_found);
        CHECK(service.error().describe() == pier::describe(service.error()));
    });
}
