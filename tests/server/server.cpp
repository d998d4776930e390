// A Server on a loop of the program's own: limits, hooks, several ports and the end, on every engine of the system.
#include "engines.hpp"

#include <pier/scope.hpp>
#include <pier/server/server.hpp>
#include <pier/sleep.hpp>
#include <pier/sys/socket.hpp>
#include <pier/task/or_return.hpp>
#include <pier/task/race.hpp>

#include <doctest/doctest.h>

#include <array>
#include <stdexcept>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using namespace server_tests;
using pier::after;
using pier::Datagram;
using pier::Endpoint;
using pier::Errc;
using pier::Event;
using pier::Family;
using pier::Result;
using pier::Server;
using pier::ServerOptions;
using pier::Stream;
using pier::Task;
using pier::TaskScope;

namespace {

constexpr pier::Duration patience = 20s;

Task<Result<void>> echo(Stream peer) {
    for (;;) {
        auto got = co_await pier::or_return(co_await peer.receive());
        if (got.empty()) co_return {};
        co_await pier::or_return(co_await peer.send_all(got));
    }
}

// Fails the case when there is no echo.
Task<void> expect_echo(const Stream& stream, std::string_view text) {
    auto sent = co_await stream.send_all(std::as_bytes(std::span(text)), after(patience));
    REQUIRE(sent.has_value());
    std::string back(text.size(), '\0');
    auto got = co_await stream.receive_exactly(std::as_writable_bytes(std::span(back)), after(patience));
    REQUIRE(got.has_value());
    CHECK(back == text);
}

Task<Stream> connect(Endpoint to) {
    auto stream = co_await Stream::connect(to, after(patience));
    REQUIRE(stream.has_value());
    co_return std::move(*stream);
}

// Runs the server beside `clients`, and stops it when these have ended.
template <class Clients>
Task<Result<void>> serve_while(Server& server, Clients& clients) {
    Result<void> outcome = pier::fail(Errc::unexpected);
    auto run = [&]() -> Task<void> { outcome = co_await server.run(); };
    TaskScope serving;
    serving.spawn(run());
    std::exception_ptr failure;
    try {
        co_await clients();
    } catch (...) {
        failure = std::current_exception();
    }
    server.stop();
    (void)co_await serving.join();
    if (failure) std::rethrow_exception(failure);
    co_return outcome;
}

Endpoint anywhere() { return Endpoint::loopback(Family::ipv4, 0); }

}  // namespace

TEST_CASE("server: two ports with handlers of their own, and a UDP socket beside them") {
    on_every_engine([]() -> Task<void> {
        Server server;
        auto first = server.listen(anywhere(), echo);
        REQUIRE(first.has_value());
        auto greet = [](Stream peer) -> Task<Result<void>> {
            co_await pier::or_return(co_await peer.send_all(std::as_bytes(std::span(std::string_view("hello")))));
            co_return {};
        };
        auto second = server.listen(anywhere(), greet);
        REQUIRE(second.has_value());
        auto reflect = [](Datagram socket) -> Task<Result<void>> {
            std::array<std::byte, 1500> buffer{};
            for (;;) {
                auto got = co_await pier::or_return(co_await socket.receive(buffer));
                co_await pier::or_return(co_await socket.send_to(std::span(buffer).first(got.size), got.from));
            }
        };
        auto third = server.listen_datagrams(anywhere(), reflect);
        REQUIRE(third.has_value());
        auto clients = [&]() -> Task<void> {
            Stream echoing = co_await connect(*first);
            co_await expect_echo(echoing, "one");
            Stream greeting = co_await connect(*second);
            std::string text(5, '\0');
            auto got = co_await greeting.receive_exactly(std::as_writable_bytes(std::span(text)), after(patience));
            CHECK(got.has_value());
            CHECK(text == "hello");
            auto socket = Datagram::connect(*third);
            REQUIRE(socket.has_value());
            auto sent = co_await socket->send(std::as_bytes(std::span(std::string_view("ping"))));
            CHECK(sent.has_value());
            std::array<std::byte, 100> buffer{};
            auto back = co_await socket->receive(buffer, after(patience));
            REQUIRE(back.has_value());
            CHECK(back->size == 4);
            co_await expect_echo(echoing, "two");
        };
        auto served = co_await serve_while(server, clients);
        CHECK(served.has_value());
    });
}

TEST_CASE("server: a socket that listens already is served, and what came before it was adopted") {
    on_every_engine([]() -> Task<void> {
        auto opened = pier::Listener::open_unattached(anywhere());
        REQUIRE(opened.has_value());
        auto port = pier::sys::local_endpoint(opened->socket());
        REQUIRE(port.has_value());
        Stream early = co_await connect(*port);
        Server server;
        auto adopted = server.listen(std::move(*opened), echo);
        REQUIRE(adopted.has_value());
        CHECK(*adopted == *port);
        auto nothing = server.listen(pier::Accepted(), echo);
        CHECK(nothing.error() == Errc::invalid_argument);
        auto clients = [&]() -> Task<void> {
            co_await expect_echo(early, "early");
            Stream late = co_await connect(*port);
            co_await expect_echo(late, "late");
        };
        auto served = co_await serve_while(server, clients);
        CHECK(served.has_value());
    });
}

TEST_CASE("server: at the limit clients wait, on whatever port, and come when a place is free") {
    on_every_engine([]() -> Task<void> {
        int serving = 0;
        int most = 0;
        auto handler = [&](Stream peer) -> Task<Result<void>> {
            struct Count {
                int& of;
                ~Count() { --of; }
            } count{++serving};
            most = std::max(most, serving);
            auto done = co_await echo(std::move(peer));
            co_return done;
        };
        Server server({.most_connections = 2});
        auto first = server.listen(anywhere(), handler);
        auto second = server.listen(anywhere(), handler);
        REQUIRE((first && second));
        auto clients = [&]() -> Task<void> {
            Stream one = co_await connect(*first);
            Stream two = co_await connect(*second);
            co_await expect_echo(one, "one");
            co_await expect_echo(two, "two");
            CHECK(server.connections() == 2);
            // Connected by the system, served by nobody yet.
            Stream three = co_await connect(*first);
            Stream four = co_await connect(*second);
            for (const Stream* waiting : {&three, &four}) {
                auto sent = co_await waiting->send_all(std::as_bytes(std::span(std::string_view("wait"))));
                CHECK(sent.has_value());
                auto early = co_await waiting->receive(after(20ms));
                CHECK(early.error() == Errc::timed_out);
            }
            one.close();
            // Which of the two ports comes first is not said.
            auto winner = co_await pier::race(three.receive(after(patience)), four.receive(after(patience)));
            const Stream& last = winner.index() == 0 ? four : three;
            auto early = co_await last.receive(after(20ms));
            CHECK(early.error() == Errc::timed_out);
            two.close();
            auto served = co_await last.receive(after(patience));
            REQUIRE(served.has_value());
            CHECK(served->size() == 4);
            three.close();
            four.close();
            for (int i = 0; i < 50; ++i) {
                Stream next = co_await connect(i % 2 == 0 ? *first : *second);
                co_await expect_echo(next, "again");
            }
        };
        auto served = co_await serve_while(server, clients);
        CHECK(served.has_value());
        CHECK(most == 2);
        CHECK(serving == 0);
    });
}

TEST_CASE("server: failures and exceptions of handlers are told, and cost one connection each") {
    on_every_engine([]() -> Task<void> {
        std::vector<Errc> errors;
        std::vector<Endpoint> peers;
        std::vector<std::string> thrown;
        Server server({.most_connections = 3,
                       .on_failure =
                           [&](const Endpoint& peer, const pier::Error& error) {
                               errors.push_back(error.condition);
                               peers.push_back(peer);
                           },
                       .on_exception =
                           [&](const std::exception_ptr& exception) {
                               try {
                                   std::rethrow_exception(exception);
                               } catch (const std::exception& known) {
                                   thrown.emplace_back(known.what());
                               }
                           }});
        auto handler = [](Stream peer) -> Task<Result<void>> {
            auto got = co_await pier::or_return(co_await peer.receive());
            if (got.empty()) co_return {};
            if (got.data()[0] == std::byte{'t'}) throw std::runtime_error("on purpose");
            co_return pier::fail(Errc::protocol_error);
        };
        auto refuse = [](Stream) -> Task<Result<void>> { throw std::runtime_error("at the call"); };
        auto call = [&](Stream stream) { return refuse(std::move(stream)); };
        auto port = server.listen(anywhere(), handler);
        auto other = server.listen(anywhere(), [&](Stream stream) {
            if (thrown.size() == 3) throw std::runtime_error("not even begun");
            return call(std::move(stream));
        });
        REQUIRE((port && other));
        auto clients = [&]() -> Task<void> {
            auto provoke = [&](Endpoint to, std::string_view text) -> Task<Endpoint> {
                Stream stream = co_await connect(to);
                Endpoint name = stream.local().value();
                (void)co_await stream.send_all(std::as_bytes(std::span(text)));
                (void)co_await stream.receive(after(patience));
                co_return name;
            };
            Endpoint first = co_await provoke(*port, "error");
            REQUIRE(errors == std::vector{Errc::protocol_error});
            CHECK(peers[0] == first);
            for (int i = 0; i < 2; ++i) (void)co_await provoke(*port, "throw");
            (void)co_await provoke(*other, "");
            for (int i = 0; i < 10 && thrown.size() < 3; ++i) (void)co_await pier::yield();
            (void)co_await provoke(*other, "");
            (void)co_await provoke(*port, "error");
        };
        auto served = co_await serve_while(server, clients);
        CHECK(served.has_value());
        CHECK(errors == std::vector{Errc::protocol_error, Errc::protocol_error});
        CHECK(thrown == std::vector<std::string>{"on purpose", "on purpose", "at the call", "not even begun"});
    });
}

TEST_CASE("server: without a hook the first exception comes out of run(), after the others have ended") {
    on_every_engine([]() -> Task<void> {
        Server server;
        auto port = server.listen(anywhere(), [](Stream) -> Task<Result<void>> {
            (void)co_await pier::yield();
            throw std::runtime_error("nobody listens");
        });
        REQUIRE(port.has_value());
        auto clients = [&]() -> Task<void> {
            for (int i = 0; i < 3; ++i) {
                Stream stream = co_await connect(*port);
                (void)co_await stream.receive(after(patience));
            }
        };
        std::string said;
        try {
            (void)co_await serve_while(server, clients);
        } catch (const std::runtime_error& error) {
            said = error.what();
        }
        CHECK(said == "nobody listens");
    });
}

TEST_CASE("server: stop() gives connections the grace, a second one ends it, and a cancel gives none") {
    on_every_engine([]() -> Task<void> {
        for (int kind = 0; kind < 3; ++kind) {
            CAPTURE(kind);
            Server server({.grace = kind == 0 ? pier::Duration(5ms) : pier::Duration(patience)});
            Errc ended = Errc::unexpected;
            auto port = server.listen(anywhere(), [&](Stream peer) -> Task<Result<void>> {
                auto result = co_await echo(std::move(peer));
                ended = result ? Errc::ok : result.error().condition;
                co_return result;
            });
            REQUIRE(port.has_value());
            auto run = [&]() -> Task<void> {
                auto served = co_await server.run();
                CHECK(served.has_value());
            };
            TaskScope serving;
            serving.spawn(run());
            Stream stream = co_await connect(*port);
            co_await expect_echo(stream, "before");
            if (kind == 2) {
                serving.cancel();
            } else {
                server.stop();
            }
            CHECK(server.stopping() == (kind != 2));
            if (kind == 1) {
                co_await expect_echo(stream, "in the grace");
                // The listener goes within a few turns.
                bool refused = false;
                for (int i = 0; i < 1000 && !refused; ++i) {
                    auto late = co_await Stream::connect(*port, after(patience));
                    refused = !late.has_value();
                }
                CHECK(refused);
                server.stop();
            }
            auto end = co_await stream.receive(after(patience));
            CHECK((!end || end->empty()));
            auto joined = co_await serving.join(after(patience));
            CHECK((joined.has_value() || joined.error() == Errc::operation_canceled));
            CHECK(ended == Errc::operation_canceled);
        }
    });
}

TEST_CASE("server: stopped before it runs, it serves nobody; a port in use is its listen()'s error") {
    on_every_engine([]() -> Task<void> {
        Server server;
        auto port = server.listen(anywhere(), echo);
        REQUIRE(port.has_value());
        Server other;
        auto again = other.listen(*port, echo);
        REQUIRE_FALSE(again.has_value());
        CHECK(again.error() == Errc::address_in_use);
        server.stop();
        auto served = co_await server.run();
        CHECK(served.has_value());
        CHECK(server.connections() == 0);
    });
}
