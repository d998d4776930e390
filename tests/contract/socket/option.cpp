// Socket options: the same values, the same defaults and the same refusals on every system.
#include "bytes.hpp"
#include "pair.hpp"

#include <array>
#include <string>
#include <vector>

using namespace contract;
using pier::Option;
using pier::Stream;

namespace {

int value_of(const Stream& stream, Option option) {
    auto value = stream.get(option);
    REQUIRE(outcome(value) == Errc::ok);
    return *value;
}

// A value that is taken and read back.
void set_and_read(const Stream& stream, Option option, int value) {
    CAPTURE(value);
    CHECK(outcome(stream.set(option, value)) == Errc::ok);
    CHECK(value_of(stream, option) == value);
}

// One that is refused and changes nothing.
void refuse(const Stream& stream, Option option, int value) {
    CAPTURE(value);
    int before = value_of(stream, option);
    CHECK(outcome(stream.set(option, value)) == Errc::invalid_argument);
    CHECK(value_of(stream, option) == before);
}

// On both ends of a connection: what accept gives is to be no different from what connect gives.
template <class Body>
void on_both_ends(Body body) {
    on_loop([&]() -> Task<void> {
        Pair pair = co_await connect_pair();
        for (const Stream* stream : {&pair.server, &pair.client}) {
            CAPTURE(stream == &pair.server);
            body(*stream);
        }
    });
}

}  // namespace

TEST_CASE("option: time_to_live goes from 1 to 255, on IPv6 as well") {
    for (pier::Family family : {pier::Family::ipv4, pier::Family::ipv6}) {
        CAPTURE(family == pier::Family::ipv6);
        on_loop([&]() -> Task<void> {
            Pair pair = co_await connect_pair(family);
            for (const Stream* stream : {&pair.server, &pair.client}) {
                int usual = value_of(*stream, Option::time_to_live);
                CHECK(usual >= 1);
                CHECK(usual <= 255);
                for (int value : {1, 2, 64, 254, 255, 100}) set_and_read(*stream, Option::time_to_live, value);
                for (int value : {0, -1, 256, 1 << 16, 1 << 30}) refuse(*stream, Option::time_to_live, value);
            }
            // The hops of loopback are none.
            CHECK(outcome(pair.client.set(Option::time_to_live, 1)) == Errc::ok);
            auto sent = co_await pair.client.send_all(bytes_of("near"), limit());
            CHECK(outcome(sent) == Errc::ok);
            std::array<std::byte, 4> into{};
            auto got = co_await pair.server.receive_exactly(into, limit());
            CHECK(outcome(got) == Errc::ok);
            CHECK(text_of(into) == "near");
        });
    }
}

TEST_CASE("option: buffer sizes are read back in the unit in which they were set") {
    on_both_ends([](const Stream& stream) {
        for (Option option : {Option::receive_buffer, Option::send_buffer}) {
            CAPTURE(option == Option::send_buffer);
            CHECK(value_of(stream, option) > 0);
            for (int value : {64 * 1024, 32 * 1024, 100'000}) set_and_read(stream, option, value);
            // A hint: the system may give less.
            CHECK(outcome(stream.set(option, 1 << 30)) == Errc::ok);
            CHECK(value_of(stream, option) >= 64 * 1024);
            for (int value : {0, -1, -(1 << 30)}) refuse(stream, option, value);
        }
    });
}

TEST_CASE("option: a stream with a small buffer loses nothing") {
    const std::size_t size = 256 << 10;
    auto data = pattern(size);
    Meeting meeting;
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            std::vector<std::byte> got(size);
            auto all = co_await stream.receive_exactly(got, limit());
            CHECK(outcome(all) == Errc::ok);
            CHECK(got == data);
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            CHECK(outcome(stream.set(Option::send_buffer, 8 * 1024)) == Errc::ok);
            CHECK(outcome(stream.set(Option::no_delay, 0)) == Errc::ok);
            auto sent = co_await stream.send_all(data, limit());
            CHECK(outcome(sent) == Errc::ok);
            auto end = co_await stream.receive(limit());
            CHECK(outcome(end) == Errc::ok);
        });
}

TEST_CASE("option: they belong to one stream") {
    on_loop([]() -> Task<void> {
        Pair first = co_await connect_pair();
        CHECK(outcome(first.client.set(Option::no_delay, 0)) == Errc::ok);
        CHECK(outcome(first.server.set(Option::keep_alive, 1)) == Errc::ok);
        Pair second = co_await connect_pair();
        CHECK(value_of(second.client, Option::no_delay) == 1);
        CHECK(value_of(second.server, Option::keep_alive) == 0);
        CHECK(value_of(first.client, Option::no_delay) == 0);
        CHECK(value_of(first.client, Option::keep_alive) == 0);
        CHECK(value_of(first.server, Option::no_delay) == 1);
        CHECK(value_of(first.server, Option::keep_alive) == 1);
    });
}

TEST_CASE("option: while operations wait on the stream they work, too") {
    on_loop([]() -> Task<void> {
        Pair pair = co_await connect_pair();
        pier::TaskScope scope;
        std::string got;
        auto receiving = [&]() -> Task<void> {
            auto chunk = co_await pair.server.receive(limit());
            REQUIRE(outcome(chunk) == Errc::ok);
            got = text_of(*chunk);
        };
        scope.spawn(receiving());
        co_await turns();
        set_and_read(pair.server, Option::no_delay, 0);
        set_and_read(pair.server, Option::receive_buffer, 64 * 1024);
        auto sent = co_await pair.client.send_all(bytes_of("all the same"), limit());
        CHECK(outcome(sent) == Errc::ok);
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(got == "all the same");
    });
}

TEST_CASE("option: one that there is not is an invalid argument") {
    on_both_ends([](const Stream& stream) {
        for (int value : {0, 1, 64}) CHECK(outcome(stream.set(Option(99), value)) == Errc::invalid_argument);
        CHECK(outcome(stream.get(Option(99))) == Errc::invalid_argument);
    });
}

TEST_CASE("option: an empty stream and a closed one have none") {
    on_loop([]() -> Task<void> {
        Pair pair = co_await connect_pair();
        pair.client.close();
        Stream empty;
        for (const Stream* stream : {&empty, &pair.client}) {
            CHECK(outcome(stream->get(Option::no_delay)) == Errc::not_connected);
            CHECK(outcome(stream->set(Option::no_delay, 1)) == Errc::not_connected);
        }
    });
}
