// What a resolver can be told, and the names of endpoints. Everything is answered by this machine's own tables.
#include "harness.hpp"

#include <pier/socket/look_up.hpp>

#include <algorithm>
#include <string>
#include <vector>

using namespace contract;
using pier::Endpoint;
using pier::Family;
using pier::FamilyRule;
using pier::LookUp;
using pier::NameLookUp;
using pier::SocketType;

namespace {

LookUp of(std::string_view host, std::string_view service = {}) {
    LookUp question;
    question.host = host;
    question.service = service;
    return question;
}

Task<Errc> ended(LookUp question) {
    auto found = co_await pier::look_up(question, limit());
    co_return outcome(found);
}

bool all_of(const pier::HostAddresses& found, Family family) {
    return std::all_of(found.endpoints.begin(), found.endpoints.end(),
                       [family](const Endpoint& each) { return each.family() == family; });
}

}  // namespace

TEST_CASE("look_up: an address is its own answer, with a port or without one") {
    on_loop([]() -> Task<void> {
        LookUp question = of("127.0.0.1");
        question.canonical = true;
        for (bool numeric : {false, true}) {
            question.numeric = numeric;
            auto found = co_await pier::look_up(question, limit());
            REQUIRE(outcome(found) == Errc::ok);
            CHECK(found->endpoints == std::vector{Endpoint::loopback(Family::ipv4)});
            CHECK(found->canonical_name == "127.0.0.1");
        }
        question = of("::1", "65535");
        question.configured = true;
        auto six = co_await pier::look_up(question, limit());
        REQUIRE(outcome(six) == Errc::ok);
        CHECK(six->endpoints == std::vector{Endpoint::loopback(Family::ipv6, 65535)});
        CHECK(six->canonical_name.empty());
    });
}

TEST_CASE("look_up: of an address in another family, only the rule that prefers finds it") {
    on_loop([]() -> Task<void> {
        LookUp question = of("::1", "1");
        question.family = Family::ipv4;
        const Errc left_out = co_await ended(question);
        CHECK(left_out == Errc::host_not_found);
        question.family_rule = FamilyRule::first;
        auto found = co_await pier::look_up(question, limit());
        REQUIRE(outcome(found) == Errc::ok);
        CHECK(found->endpoints == std::vector{Endpoint::loopback(Family::ipv6, 1)});
    });
}

TEST_CASE("look_up: what can't be a question is refused, and nobody is asked") {
    on_loop([]() -> Task<void> {
        const Errc nothing = co_await ended(of(""));
        CHECK(nothing == Errc::invalid_argument);
        const Errc zero = co_await ended(of(std::string_view("local\0host", 10)));
        CHECK(zero == Errc::invalid_argument);
        LookUp question = of("localhost", "1");
        question.family = Family::unix_domain;
        const Errc path = co_await ended(question);
        CHECK(path == Errc::invalid_argument);
        for (std::string_view host : {"127.1", "0x7f000001", "010.0.0.1", "256.0.0.1", "::g"}) {
            CAPTURE(host);
            const Errc historical = co_await ended(of(host));
            CHECK(historical == Errc::host_not_found);
        }
        const Errc long_name = co_await ended(of(std::string(254, 'a')));
        CHECK(long_name == Errc::host_not_found);
        const Errc long_label = co_await ended(of(std::string(64, 'a') + ".example"));
        CHECK(long_label == Errc::host_not_found);
        const Errc zone = co_await ended(of("fe80::1%999999"));
        CHECK(zone == Errc::no_such_interface);
        for (std::string_view service : {"65536", "99999999999", " 80", "+80", "http "}) {
            CAPTURE(service);
            const Errc no_port = co_await ended(of("127.0.0.1", service));
            CHECK(no_port == Errc::service_not_found);
        }
    });
}

TEST_CASE("look_up: a numeric question finds no name, not even localhost") {
    on_loop([]() -> Task<void> {
        LookUp question = of("localhost", "80");
        question.numeric = true;
        const Errc name = co_await ended(question);
        CHECK(name == Errc::host_not_found);
        question.service = "http";
        const Errc both = co_await ended(question);
        CHECK(both == Errc::host_not_found);
        question.host = "127.0.0.1";
        auto found = co_await pier::look_up(question, limit());
        REQUIRE(outcome(found) == Errc::ok);
        CHECK(found->endpoints == std::vector{Endpoint::loopback(Family::ipv4, 80)});
    });
}

TEST_CASE("look_up: localhost is this machine, each address once, and the families can be told apart") {
    on_loop([]() -> Task<void> {
        auto all = co_await pier::look_up(of("localhost", "7"), limit());
        REQUIRE(outcome(all) == Errc::ok);
        REQUIRE_FALSE(all->endpoints.empty());
        for (const Endpoint& each : all->endpoints) {
            CHECK(each.is_loopback());
            CHECK(each.port() == 7);
            CHECK(std::count(all->endpoints.begin(), all->endpoints.end(), each) == 1);
        }
        for (Family family : {Family::ipv4, Family::ipv6}) {
            // A machine need not have it in both; then its servers of names would be asked, which is no matter of a
            // test.
            const bool has_it = std::any_of(all->endpoints.begin(), all->endpoints.end(),
                                            [family](const Endpoint& each) { return each.family() == family; });
            LookUp question = of("localhost", "7");
            question.family = family;
            if (has_it) {
                auto one = co_await pier::look_up(question, limit());
                REQUIRE(outcome(one) == Errc::ok);
                CHECK(all_of(*one, family));
            }
            question.family_rule = FamilyRule::first;
            auto first = co_await pier::look_up(question, limit());
            REQUIRE(outcome(first) == Errc::ok);
            if (has_it) CHECK(first->endpoints.front().family() == family);
            CHECK(std::is_permutation(first->endpoints.begin(), first->endpoints.end(), all->endpoints.begin(),
                                      all->endpoints.end()));
        }
    });
}

TEST_CASE("look_up: a service has the port of its socket type, by its name or its number") {
    on_loop([]() -> Task<void> {
        for (SocketType type : {SocketType::stream, SocketType::datagram}) {
            LookUp question = of("127.0.0.1", "domain");
            question.type = type;
            auto named = co_await pier::look_up(question, limit());
            REQUIRE(outcome(named) == Errc::ok);
            CHECK(named->endpoints == std::vector{Endpoint::loopback(Family::ipv4, 53)});
            question.service = "0053";
            auto number = co_await pier::look_up(question, limit());
            REQUIRE(outcome(number) == Errc::ok);
            CHECK(number->endpoints == std::vector{Endpoint::loopback(Family::ipv4, 53)});
        }
        LookUp six = of("::1", "http");
        six.family = Family::ipv6;
        auto http = co_await pier::look_up(six, limit());
        REQUIRE(outcome(http) == Errc::ok);
        CHECK(http->endpoints == std::vector{Endpoint::loopback(Family::ipv6, 80)});
        const Errc unknown = co_await ended(of("127.0.0.1", "no-such-service"));
        CHECK(unknown == Errc::service_not_found);
    });
}

TEST_CASE("look_up: without a host it is this machine, to connect to or to listen on") {
    on_loop([]() -> Task<void> {
        for (Family family : {Family::ipv4, Family::ipv6}) {
            for (std::string_view service : {"7000", "0", "http"}) {
                LookUp question = of("", service);
                question.family = family;
                const std::uint16_t port = service == "http" ? 80 : service == "0" ? 0 : 7000;
                CAPTURE(service);
                auto own = co_await pier::look_up(question, limit());
                REQUIRE(outcome(own) == Errc::ok);
                CHECK(own->endpoints == std::vector{Endpoint::loopback(family, port)});
                question.passive = true;
                auto any = co_await pier::look_up(question, limit());
                REQUIRE(outcome(any) == Errc::ok);
                CHECK(any->endpoints == std::vector{Endpoint::any(family, port)});
            }
        }
    });
}

TEST_CASE("look_up: the canonical name comes where it is wanted") {
    on_loop([]() -> Task<void> {
        LookUp question = of("localhost");
        auto without = co_await pier::look_up(question, limit());
        REQUIRE(outcome(without) == Errc::ok);
        CHECK(without->canonical_name.empty());
        CHECK(without->endpoints.front().port() == 0);
        question.canonical = true;
        auto with = co_await pier::look_up(question, limit());
        REQUIRE(outcome(with) == Errc::ok);
        CHECK_FALSE(with->canonical_name.empty());
        CHECK(with->endpoints == without->endpoints);
    });
}

TEST_CASE("look_up: can be cancelled, and times out, while the call goes on") {
    on_loop([]() -> Task<void> {
        int ended = 0;
        auto asking = [&]() -> Task<void> {
            const LookUp question = of("localhost", "1");
            auto found = co_await pier::look_up(question, limit());
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
        const LookUp question = of("localhost", "1");
        for (int i = 0; i < 20; ++i) {
            auto found = co_await pier::look_up(question, after(0ns));
            const bool expected = outcome(found) == Errc::timed_out || outcome(found) == Errc::ok;
            CHECK(expected);
        }
    });
}

TEST_CASE("look_up_name: numbers need no resolver") {
    on_loop([]() -> Task<void> {
        NameLookUp question;
        question.numeric_host = true;
        question.numeric_service = true;
        auto four = co_await pier::look_up_name(Endpoint::v4({192, 0, 2, 1}, 80), question, limit());
        REQUIRE(outcome(four) == Errc::ok);
        CHECK(four->host == "192.0.2.1");
        CHECK(four->service == "80");
        auto zone = co_await pier::look_up_name(Endpoint::v6({0xfe, 0x80}, 65535, 1), question, limit());
        REQUIRE(outcome(zone) == Errc::ok);
        CHECK(zone->host == "fe80::%1");
        CHECK(zone->service == "65535");
        for (const Endpoint& none : {Endpoint(), Endpoint::loopback(Family::unix_domain)}) {
            auto nobody = co_await pier::look_up_name(none, question, limit());
            CHECK(outcome(nobody) == Errc::invalid_argument);
            auto named = co_await pier::look_up_name(none, {}, limit());
            CHECK(outcome(named) == Errc::invalid_argument);
        }
    });
}

TEST_CASE("look_up_name: the service of a port, for each socket type") {
    on_loop([]() -> Task<void> {
        NameLookUp question;
        question.numeric_host = true;
        question.required = true;  // of the host, which is not asked for
        for (SocketType type : {SocketType::stream, SocketType::datagram}) {
            question.type = type;
            auto domain = co_await pier::look_up_name(Endpoint::v4({192, 0, 2, 1}, 53), question, limit());
            REQUIRE(outcome(domain) == Errc::ok);
            CHECK(domain->host == "192.0.2.1");
            CHECK(domain->service == "domain");
            auto nameless = co_await pier::look_up_name(Endpoint::v4({192, 0, 2, 1}, 65535), question, limit());
            REQUIRE(outcome(nameless) == Errc::ok);
            CHECK(nameless->service == "65535");
        }
    });
}

TEST_CASE("look_up_name: this machine's name, and its address where it has none") {
    on_loop([]() -> Task<void> {
        const Endpoint own = Endpoint::loopback(Family::ipv4, 80);
        NameLookUp question;
        question.numeric_service = true;
        question.required = true;
        auto required = co_await pier::look_up_name(own, question, limit());
        // A host without a table of names has none.
        const bool expected = outcome(required) == Errc::ok || outcome(required) == Errc::host_not_found;
        CHECK(expected);
        question.required = false;
        auto name = co_await pier::look_up_name(own, question, limit());
        REQUIRE(outcome(name) == Errc::ok);
        CHECK(name->host == (required ? required->host : "127.0.0.1"));
        CHECK(name->service == "80");
    });
}
