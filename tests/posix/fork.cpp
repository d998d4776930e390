// A fork without exec: the child holds every socket that was open then, for as long as it lives.
#include "../support/counting_engine.hpp"
#include "child.hpp"
#include "engine.hpp"

#include <pier/listener.hpp>
#include <pier/sleep.hpp>
#include <pier/stream.hpp>

#include <doctest/doctest.h>

#include <unistd.h>
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>

using namespace std::chrono_literals;
using pier::after;
using pier::Stream;
using pier::Task;

namespace {

constexpr pier::Duration limit = 10s;

struct Pair {
    Stream server;
    Stream client;
};

Task<Pair> connect_pair(const pier::Listener& listener) {
    auto client = co_await Stream::connect(listener.local(), after(limit));
    REQUIRE(client.has_value());
    auto server = co_await listener.accept(after(limit));
    REQUIRE(server.has_value());
    co_return Pair{std::move(*server), std::move(*client)};
}

Task<void> send(const Stream& stream, std::byte value) {
    std::array<std::byte, 1> data{value};
    auto sent = co_await stream.send_all(data, after(limit));
    CHECK(sent.has_value());
}

Task<std::byte> receive(const Stream& stream) {
    std::array<std::byte, 1> data{};
    auto got = co_await stream.receive_exactly(data, after(limit));
    CHECK(got.has_value());
    co_return data[0];
}

}  // namespace

TEST_CASE("fork: a stream that is closed while a child holds it is no news any more") {
    std::uint64_t waits = 0;
    auto loop = support::CountingEngine::make_loop(posix::engine(), waits);
    REQUIRE(loop.has_value());
    auto body = [&]() -> Task<void> {
        auto listener = pier::Listener::open(pier::Endpoint::loopback(pier::Family::ipv4));
        REQUIRE(listener.has_value());
        Pair closed = co_await connect_pair(*listener);
        Pair open = co_await connect_pair(*listener);
        for (const Pair* pair : {&closed, &open}) {
            // A wait, so that an engine that registers sockets has it registered.
            auto nothing = co_await pair->server.receive(after(10ms));
            CHECK(!nothing.has_value());
        }
        posix::Pipe life;
        posix::Child child([&] {
            life.close_writer();
            char end = 0;
            return read(life.reader(), &end, 1) == 0 ? 0 : 1;
        });
        life.close_reader();
        closed.server = Stream();
        // The connection is open still: its description is the child's.
        co_await pier::sleep(after(1ms));
        co_await send(closed.client, std::byte{1});
        const std::uint64_t before = waits;
        co_await pier::sleep(after(100ms));
        CHECK(waits - before < 20);
        // What is recycled in its place has no part in it.
        Pair next = co_await connect_pair(*listener);
        co_await send(closed.client, std::byte{2});
        for (const Pair* pair : {&open, &next}) {
            co_await send(pair->client, std::byte{3});
            const std::byte got = co_await receive(pair->server);
            CHECK(got == std::byte{3});
            co_await send(pair->server, std::byte{4});
            const std::byte answer = co_await receive(pair->client);
            CHECK(answer == std::byte{4});
        }
        life.close_writer();
        CHECK(child.status() == 0);
    };
    (*loop)->run(body());
}
