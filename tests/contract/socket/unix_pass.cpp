// Passing a connected socket to another process, which serves it under the same engine.
#include "unix.hpp"

#include "child.hpp"
#include "open.hpp"
#include "pair.hpp"

#include <pier/ipc/socket_passing.hpp>
#include <pier/process.hpp>
#include <pier/sys/process.hpp>
#include <pier/sys/socket_transfer.hpp>
#include <pier/sys/unix_socket.hpp>

#include <array>

using namespace contract;
using pier::Accepted;
using pier::Endpoint;
using pier::Listener;
using pier::Stream;

namespace {

constexpr std::size_t message_size = 20'000;

Task<void> echo(Stream stream) {
    for (;;) {
        auto got = co_await stream.receive(limit());
        if (!got || got->empty()) co_return;
        auto sent = co_await stream.send_all(*got, limit());
        if (!sent) co_return;
    }
}

// Serves one connection after the other, until there are no more.
Task<bool> serve_passed(Endpoint where) {
    auto channel = co_await Stream::connect(where, limit());
    if (!channel) co_return false;
    for (;;) {
        auto connection = co_await pier::receive_connection(*channel, limit());
        if (!connection) co_return connection.error() == Errc::end_of_stream;
        auto stream = Stream::adopt(std::move(*connection));
        if (!stream) co_return false;
        co_await echo(std::move(*stream));
    }
}

bool serve_passed_to(std::string_view where) {
    // No case runs here, so nothing may be asserted.
    auto endpoint = Endpoint::parse(where);
    auto loop = pier::Loop::create(*pier::find_engine(settings().engine));
    return endpoint && loop && (*loop)->run(serve_passed(*endpoint));
}

[[maybe_unused]] const bool registered = [] {
    run_child = serve_passed_to;
    return true;
}();

// What the channels of this system are.
Endpoint channel_at(const UnixPlace& place) {
    return pier::sys::socket_description_size() == 0 ? place.at("channel") : Endpoint::loopback(pier::Family::ipv4);
}

pier::Process start_receiver(const Endpoint& channel) {
    auto process = pier::Process::spawn(
        {.program = pier::sys::own_program(),
         .arguments = {"--engine=" + settings().engine, "--patience=" + std::to_string(settings().patience),
                       "--child=" + channel.to_string()},
         .input = pier::Redirect::null()});
    REQUIRE(outcome(process) == Errc::ok);
    return std::move(*process);
}

// The engine uv has what it accepts, so there it is given up first.
Task<Accepted> accept_for_another(const Listener& listener) {
    if (settings().engine == "uv") {
        Stream stream = co_await accept_from(listener);
        auto detached = stream.detach();
        REQUIRE(outcome(detached) == Errc::ok);
        CHECK_FALSE(stream.valid());
        co_return std::move(*detached);
    }
    auto accepted = co_await listener.accept_unattached(limit());
    REQUIRE(outcome(accepted) == Errc::ok);
    co_return std::move(*accepted);
}

Task<void> ask(const Stream& client, std::uint32_t seed) {
    const auto data = pattern(message_size, seed);
    auto sent = co_await client.send_all(data, limit());
    CHECK(outcome(sent) == Errc::ok);
    std::vector<std::byte> back(data.size());
    auto got = co_await client.receive_exactly(back, limit());
    CHECK(outcome(got) == Errc::ok);
    CHECK(checksum(back) == checksum(data));
}

bool can_pass() {
    if (settings().engine != "uv" || settings().system == "linux") return true;
    skip("an accepted connection belongs to its loop");
    return false;
}

}  // namespace

TEST_CASE("pass: another process serves connections that were accepted here, with all their bytes") {
    if (!can_pass()) return;
    on_loop([]() -> Task<void> {
        const UnixPlace place;
        Listener channels = open_listener(channel_at(place));
        pier::Process child = start_receiver(channels.local());
        Stream channel = co_await accept_from(channels);
        Listener listener = open_listener();
        for (std::uint32_t i = 1; i <= 5; ++i) {
            Stream client = co_await connect_to(listener.local());
            // Of what has come before, the first receive is the other process's.
            auto early = co_await client.send_all(bytes_of("early"), limit());
            CHECK(outcome(early) == Errc::ok);
            Accepted connection = co_await accept_for_another(listener);
            auto passed = co_await pier::send_connection(channel, connection, child.id(), limit());
            REQUIRE(outcome(passed) == Errc::ok);
            CHECK_FALSE(connection.valid());
            std::array<std::byte, 5> back{};
            auto got = co_await client.receive_exactly(back, limit());
            CHECK(outcome(got) == Errc::ok);
            CHECK(text_of(back) == "early");
            co_await ask(client, i);
            CHECK(outcome(client.finish()) == Errc::ok);
            auto end = co_await client.receive(limit());
            REQUIRE(outcome(end) == Errc::ok);
            CHECK(end->empty());
        }
        channel.close();
        auto ended = co_await child.wait(limit());
        REQUIRE(outcome(ended) == Errc::ok);
        CHECK(ended->succeeded());
    });
}

TEST_CASE("pass: a receiver that died leaves the connection to its sender") {
    if (!can_pass()) return;
    on_loop([]() -> Task<void> {
        const UnixPlace place;
        Listener channels = open_listener(channel_at(place));
        pier::Process child = start_receiver(channels.local());
        Stream channel = co_await accept_from(channels);
        Listener listener = open_listener();
        Stream client = co_await connect_to(listener.local());
        Accepted connection = co_await accept_for_another(listener);
        (void)child.kill();
        auto ended = co_await child.wait(limit());
        CHECK(outcome(ended) == Errc::ok);
        auto passed = co_await pier::send_connection(channel, connection, child.id(), limit());
        CHECK(outcome(passed) != Errc::ok);
        REQUIRE(connection.valid());
        auto server = Stream::adopt(std::move(connection));
        REQUIRE(outcome(server) == Errc::ok);
        auto sent = co_await client.send_all(bytes_of("still here"), limit());
        CHECK(outcome(sent) == Errc::ok);
        auto got = co_await server->receive(limit());
        REQUIRE(outcome(got) == Errc::ok);
        CHECK(text_of(*got) == "still here");
    });
}

// This process is the receiver, too, so that what it has of the connection stays.
TEST_CASE("pass: the client of a connection that nobody takes meets its end") {
    if (!can_pass()) return;
    on_loop([]() -> Task<void> {
        const UnixPlace place;
        Listener channels = open_listener(channel_at(place));
        Pair channel = co_await connect_pair(channels);
        Listener listener = open_listener();
        Stream client = co_await connect_to(listener.local());
        Accepted connection = co_await accept_for_another(listener);
        auto passed = co_await pier::send_connection(channel.client, connection, pier::sys::process_id(), after(20ms));
        CHECK(outcome(passed) == Errc::timed_out);
        CHECK(connection.valid());
        connection = Accepted();
        channel.client.close();
        channel.server.close();
        auto end = co_await client.receive(limit());
        REQUIRE(outcome(end) == Errc::ok);
        CHECK(end->empty());
    });
}

TEST_CASE("pass: what is no connection is refused before it is sent, and so is another kind of channel") {
    on_loop([]() -> Task<void> {
        Pair tcp = co_await connect_pair();
        Accepted nothing;
        auto empty = co_await pier::send_connection(tcp.client, nothing, 0, limit());
        CHECK(outcome(empty) == Errc::invalid_argument);
        auto no_channel = co_await pier::send_connection(Stream(), nothing, 0, limit());
        CHECK(outcome(no_channel) == Errc::not_connected);
        auto no_channel_either = co_await pier::receive_connection(Stream(), limit());
        CHECK(outcome(no_channel_either) == Errc::not_connected);
        if (pier::sys::socket_description_size() > 0) co_return;
        auto over_tcp = co_await pier::receive_connection(tcp.client, limit());
        CHECK(outcome(over_tcp) == Errc::not_supported);
        auto detached = tcp.server.detach();
        REQUIRE(outcome(detached) == Errc::ok);
        over_tcp = co_await pier::receive_connection(tcp.client, limit());
        auto sent = co_await pier::send_connection(tcp.client, *detached, 0, limit());
        CHECK(outcome(sent) == Errc::not_supported);
        CHECK(detached->valid());
    });
}

TEST_CASE("pass: receiving has a deadline, and tells of the sender's end and of what is no message") {
    if (pier::sys::socket_description_size() > 0 || without_unix()) return;
    on_loop([]() -> Task<void> {
        const UnixPlace place;
        Listener listener = open_listener(place.at());
        Pair pair = co_await connect_pair(listener);
        auto late = co_await pier::receive_connection(pair.server, after(20ms));
        CHECK(outcome(late) == Errc::timed_out);
        auto sent = co_await pair.client.send_all(bytes_of("what?"), limit());
        CHECK(outcome(sent) == Errc::ok);
        auto got = co_await pier::receive_connection(pair.server, limit());
        CHECK(outcome(got) == Errc::protocol_error);
        Pair other = co_await connect_pair(listener);
        other.client.close();
        auto end = co_await pier::receive_connection(other.server, limit());
        CHECK(outcome(end) == Errc::end_of_stream);
    });
}

TEST_CASE("pass: a stream is given up with all that is to come, or not at all") {
    on_loop([]() -> Task<void> {
        Pair pair = co_await connect_pair();
        CHECK(outcome(Stream().detach()) == Errc::not_connected);
        if (pier::sys::socket_description_size() > 0) {
            CHECK(outcome(pair.server.detach()) == Errc::not_supported);
            CHECK(pair.server.valid());
            co_return;
        }
        // A message that is taken whole, so that engines that receive ahead have begun.
        auto sent = co_await pair.client.send_all(bytes_of("first"), limit());
        CHECK(outcome(sent) == Errc::ok);
        auto first = co_await pair.server.receive(limit());
        REQUIRE(outcome(first) == Errc::ok);
        const Endpoint peer = pair.server.peer();
        sent = co_await pair.client.send_all(bytes_of("second"), limit());
        CHECK(outcome(sent) == Errc::ok);
        co_await turns();
        auto detached = pair.server.detach();
        if (!detached) {
            CHECK(outcome(detached) == Errc::input_waiting);
            auto second = co_await pair.server.receive(limit());
            REQUIRE(outcome(second) == Errc::ok);
            CHECK(text_of(*second) == "second");
            detached = pair.server.detach();
            REQUIRE(outcome(detached) == Errc::ok);
            sent = co_await pair.client.send_all(bytes_of("second"), limit());
            CHECK(outcome(sent) == Errc::ok);
        }
        CHECK_FALSE(pair.server.valid());
        auto adopted = Stream::adopt(std::move(*detached));
        REQUIRE(outcome(adopted) == Errc::ok);
        CHECK(adopted->peer() == peer);
        auto second = co_await adopted->receive(limit());
        REQUIRE(outcome(second) == Errc::ok);
        CHECK(text_of(*second) == "second");
        CHECK(outcome(pair.client.finish()) == Errc::ok);
        auto end = co_await adopted->receive(limit());
        REQUIRE(outcome(end) == Errc::ok);
        CHECK(end->empty());
    });
}

TEST_CASE("pass: a stream with an operation under way is not given up") {
    if (one_at_a_time()) return skip("one operation at a time");
    on_loop([]() -> Task<void> {
        Pair pair = co_await connect_pair();
        pier::TaskScope scope;
        auto receiving = [&]() -> Task<void> {
            auto got = co_await pair.server.receive(limit());
            CHECK(outcome(got) == Errc::operation_canceled);
        };
        scope.spawn(receiving());
        co_await turns();
        const Errc said = outcome(pair.server.detach());
        CHECK(said == Errc::already_in_progress);
        scope.cancel();
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
    });
}
