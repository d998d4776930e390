// What a stream shares and gives up: two streams of one connection, and a direction that is closed to the peer.
#include "bytes.hpp"
#include "harness.hpp"
#include "pair.hpp"

#include <pier/socket/duplicate.hpp>
#include <pier/socket/options.hpp>
#include <pier/socket/stop_receiving.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <utility>

using namespace contract;
using pier::Stream;
using pier::TaskScope;

namespace {

// On Windows the notices of some engines belong to the socket.
bool is_refused() {
    const std::string& name = settings().engine;
    return settings().system != "linux" && (name == "iocp" || name == "uv" || name == "wsa-event");
}

bool cannot_copy() {
    if (is_refused()) skip("what the engine is told belongs to the socket, not to a handle of it");
    return is_refused();
}

Task<void> say(const Stream& stream, std::string_view text) {
    auto sent = co_await stream.send_all(bytes_of(text), limit());
    REQUIRE(outcome(sent) == Errc::ok);
}

Task<void> hear(const Stream& stream, std::string_view expected) {
    std::string into(expected.size(), '\0');
    auto got = co_await stream.receive_exactly(std::as_writable_bytes(std::span(into)), limit());
    REQUIRE(outcome(got) == Errc::ok);
    CHECK(into == expected);
}

Task<void> hear_the_end(const Stream& stream) {
    auto got = co_await stream.receive(limit());
    REQUIRE(outcome(got) == Errc::ok);
    CHECK(got->empty());
}

Stream copy_of(const Stream& stream) {
    auto copy = pier::duplicate(stream);
    REQUIRE(outcome(copy) == Errc::ok);
    return std::move(*copy);
}

Task<void> meet_the_end(const Stream& stream, Errc expected) {
    auto got = co_await stream.receive(limit());
    CHECK(outcome(got) == expected);
}

}  // namespace

TEST_CASE("duplicate: where an engine can't have two of a socket it says so, and the stream goes on") {
    if (!is_refused()) return;
    on_loop([]() -> Task<void> {
        const Pair pair = co_await connect_pair();
        CHECK(outcome(pier::duplicate(pair.server)) == Errc::not_supported);
        co_await say(pair.client, "hello");
        co_await hear(pair.server, "hello");
    });
}

TEST_CASE("duplicate: both send and receive, and the connection ends with the last of them") {
    if (cannot_copy()) return;
    on_loop([]() -> Task<void> {
        Pair pair = co_await connect_pair();
        Stream copy = copy_of(pair.server);
        CHECK(copy.peer() == pair.server.peer());
        co_await say(pair.server, "one");
        co_await say(copy, "two");
        co_await hear(pair.client, "onetwo");
        co_await say(pair.client, "for the first");
        co_await hear(pair.server, "for the first");
        co_await say(pair.client, "for the copy");
        co_await hear(copy, "for the copy");
        pair.server.close();
        co_await say(pair.client, "still");
        co_await hear(copy, "still");
        co_await say(copy, "there");
        co_await hear(pair.client, "there");
        auto none = co_await pair.client.receive(after(20ms));
        CHECK(outcome(none) == Errc::timed_out);
        copy.close();
        co_await hear_the_end(pair.client);
    });
}

TEST_CASE("duplicate: one has received before, and the other one reads on") {
    if (cannot_copy()) return;
    on_loop([]() -> Task<void> {
        Pair pair = co_await connect_pair();
        // As a server does it that has waited for its client.
        co_await say(pair.client, "first");
        auto some = co_await pair.server.receive(limit());
        REQUIRE(outcome(some) == Errc::ok);
        *some = {};
        Stream copy = copy_of(pair.server);
        for (int round = 0; round < 20; ++round) {
            co_await say(pair.client, "ping");
            co_await hear(round % 2 == 0 ? copy : pair.server, "ping");
        }
    });
}

TEST_CASE("duplicate: a receive that waits on one goes on when the other one is closed") {
    if (cannot_copy()) return;
    if (one_at_a_time()) return skip("one operation at a time");
    on_loop([]() -> Task<void> {
        Pair pair = co_await connect_pair();
        Stream copy = copy_of(pair.server);
        TaskScope scope;
        scope.spawn(hear(copy, "hello"));
        co_await turns();
        pair.server.close();
        co_await turns();
        co_await say(pair.client, "hello");
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
    });
}

TEST_CASE("duplicate: closing one ends what waits on it, and nothing of the other one") {
    if (cannot_copy()) return;
    if (one_at_a_time()) return skip("one operation at a time");
    on_loop([]() -> Task<void> {
        Pair pair = co_await connect_pair();
        Stream copy = copy_of(pair.server);
        TaskScope scope;
        scope.spawn(meet_the_end(copy, Errc::operation_canceled));
        co_await turns();
        copy.close();
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        co_await say(pair.client, "hello");
        co_await hear(pair.server, "hello");
    });
}

TEST_CASE("duplicate: finish() ends the sending direction of both") {
    if (cannot_copy()) return;
    on_loop([]() -> Task<void> {
        Pair pair = co_await connect_pair();
        const Stream copy = copy_of(pair.server);
        CHECK(outcome(pair.server.finish()) == Errc::ok);
        co_await hear_the_end(pair.client);
        auto sent = co_await copy.send(bytes_of("more"), limit());
        CHECK(outcome(sent) == Errc::broken_pipe);
        // A copy of what has finished has finished, too.
        const Stream late = copy_of(pair.server);
        sent = co_await late.send(bytes_of("more"), limit());
        CHECK(outcome(sent) == Errc::broken_pipe);
        co_await say(pair.client, "answer");
        co_await hear(late, "answer");
    });
}

TEST_CASE("duplicate: options are those of both") {
    if (cannot_copy()) return;
    on_loop([]() -> Task<void> {
        const Pair pair = co_await connect_pair();
        const Stream copy = copy_of(pair.server);
        CHECK(outcome(copy.set(pier::option::no_delay{false})) == Errc::ok);
        const auto read = pair.server.get<pier::option::no_delay>();
        REQUIRE(outcome(read) == Errc::ok);
        CHECK_FALSE(*read);
    });
}

TEST_CASE("duplicate: what can't be copied is refused") {
    on_loop([]() -> Task<void> {
        const Stream nothing;
        CHECK(outcome(pier::duplicate(nothing)) == Errc::not_connected);
        co_return;
    });
    if (is_refused() || one_at_a_time()) return;
    on_loop([]() -> Task<void> {
        const Pair pair = co_await connect_pair();
        TaskScope scope;
        scope.spawn(hear(pair.server, "hello"));
        co_await turns();
        CHECK(outcome(pier::duplicate(pair.server)) == Errc::already_in_progress);
        co_await say(pair.client, "hello");
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
    });
}

TEST_CASE("stop receiving: receives give the end, whatever waits, and sends go on") {
    on_loop([]() -> Task<void> {
        const Pair pair = co_await connect_pair();
        CHECK(outcome(pier::stop_receiving(pair.server)) == Errc::ok);
        CHECK(outcome(pier::stop_receiving(pair.server)) == Errc::ok);
        co_await hear_the_end(pair.server);
        std::array<std::byte, 4> into{};
        auto count = co_await pair.server.receive(into, limit());
        REQUIRE(outcome(count) == Errc::ok);
        CHECK(*count == 0);
        auto exactly = co_await pair.server.receive_exactly(into, limit());
        CHECK(outcome(exactly) == Errc::end_of_stream);
        // Nothing was sent to it, so that no system has anything to refuse.
        co_await say(pair.server, "hello");
        co_await hear(pair.client, "hello");
        CHECK(outcome(pair.server.finish()) == Errc::ok);
        co_await hear_the_end(pair.client);
    });
}

TEST_CASE("stop receiving: what has come is not received any more") {
    on_loop([]() -> Task<void> {
        const Pair pair = co_await connect_pair();
        co_await say(pair.client, "first");
        co_await hear(pair.server, "first");
        co_await say(pair.client, "second");
        co_await turns();
        CHECK(outcome(pier::stop_receiving(pair.server)) == Errc::ok);
        co_await hear_the_end(pair.server);
        // Whether the peer is told is the system's matter.
        (void)co_await pair.client.send_all(bytes_of("third"), limit());
        co_await hear_the_end(pair.server);
    });
}

TEST_CASE("stop receiving: not while a receive is under way, nor of nothing") {
    on_loop([]() -> Task<void> {
        const Stream nothing;
        CHECK(outcome(pier::stop_receiving(nothing)) == Errc::not_connected);
        co_return;
    });
    if (one_at_a_time()) return;
    on_loop([]() -> Task<void> {
        const Pair pair = co_await connect_pair();
        TaskScope scope;
        scope.spawn(hear(pair.server, "hello"));
        co_await turns();
        CHECK(outcome(pier::stop_receiving(pair.server)) == Errc::already_in_progress);
        co_await say(pair.client, "hello");
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
    });
}

TEST_CASE("stop receiving: a peer that has gone is no error") {
    on_loop([]() -> Task<void> {
        Pair pair = co_await connect_pair();
        pair.client.close();
        co_await hear_the_end(pair.server);
        CHECK(outcome(pier::stop_receiving(pair.server)) == Errc::ok);
        co_await hear_the_end(pair.server);
    });
}
