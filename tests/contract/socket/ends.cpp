// How streams end well: half close, the end of the stream, both together with data.
#include "bytes.hpp"
#include "harness.hpp"

#include <array>

using namespace contract;
using pier::Stream;

namespace {

Task<std::string> receive_text(Stream& stream) {
    std::string text;
    for (;;) {
        auto got = co_await stream.receive(limit());
        REQUIRE(outcome(got) == Errc::ok);
        if (got->empty()) co_return text;
        text += text_of(*got);
    }
}

Task<void> send_text(Stream& stream, std::string_view text) {
    auto sent = co_await stream.send_all(bytes_of(text), limit());
    REQUIRE(outcome(sent) == Errc::ok);
}

}  // namespace

TEST_CASE("end: data and the end that come before the first receive are both seen") {
    for (int round = 0; round < 50; ++round) {
        CAPTURE(round);
        Meeting meeting;
        Signal ended;
        both(
            [&]() -> Task<void> {
                Stream stream = co_await meeting.serve();
                co_await send_text(stream, "0123456789");
                stream.close();
                ended.set();
            },
            [&]() -> Task<void> {
                Stream stream = co_await meeting.connect();
                co_await ended.wait();
                // Smaller than what is there, then exactly, then larger.
                std::array<std::byte, 4> first{};
                auto count = co_await stream.receive(first, limit());
                REQUIRE(outcome(count) == Errc::ok);
                CHECK(*count == 4);
                std::array<std::byte, 6> second{};
                auto all = co_await stream.receive_exactly(second, limit());
                CHECK(outcome(all) == Errc::ok);
                CHECK(text_of(second) == "456789");
                auto end = co_await stream.receive(limit());
                REQUIRE(outcome(end) == Errc::ok);
                CHECK(end->empty());
            });
    }
}

TEST_CASE("end: data and the end that come in one go reach a receive that waits") {
    for (int round = 0; round < 50; ++round) {
        CAPTURE(round);
        Meeting meeting;
        Signal waiting;
        both(
            [&]() -> Task<void> {
                Stream stream = co_await meeting.serve();
                co_await waiting.wait();
                co_await send_text(stream, "data");
                CHECK(outcome(stream.finish()) == Errc::ok);
                std::string got = co_await receive_text(stream);
                CHECK(got.empty());
            },
            [&]() -> Task<void> {
                Stream stream = co_await meeting.connect();
                pier::TaskScope scope;
                std::string got;
                auto receiving = [&]() -> Task<void> { got = co_await receive_text(stream); };
                scope.spawn(receiving());
                co_await turns();
                waiting.set();
                auto joined = co_await scope.join(limit());
                CHECK(outcome(joined) == Errc::ok);
                CHECK(got == "data");
            });
    }
}

TEST_CASE("end: a request whose end follows it at once is answered in full") {
    // The peer's bytes and its end may be one event: a short receive does not prove that nothing follows.
    for (int round = 0; round < 50; ++round) {
        CAPTURE(round);
        Meeting meeting;
        Signal primed;
        both(
            [&]() -> Task<void> {
                Stream stream = co_await meeting.serve();
                std::array<std::byte, 64> into{};
                auto count = co_await stream.receive(into, limit());
                REQUIRE(outcome(count) == Errc::ok);
                CHECK(*count == 1);
                primed.set();
                std::string rest = co_await receive_text(stream);
                CHECK(rest == "bc");
                co_await send_text(stream, "answer");
            },
            [&]() -> Task<void> {
                Stream stream = co_await meeting.connect();
                co_await send_text(stream, "a");
                co_await primed.wait();
                co_await send_text(stream, "b");
                co_await send_text(stream, "c");
                CHECK(outcome(stream.finish()) == Errc::ok);
                std::string got = co_await receive_text(stream);
                CHECK(got == "answer");
            });
    }
}

TEST_CASE("end: a stream that goes without ceremony ends for the peer, too") {
    Meeting meeting;
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            co_await send_text(stream, "last words");
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            std::string got = co_await receive_text(stream);
            CHECK(got == "last words");
        });
}

TEST_CASE("end: a thousand connections, one after the other") {
    Meeting meeting;
    constexpr int rounds = 1000;
    both(
        [&]() -> Task<void> {
            pier::Listener listener = meeting.listen();
            for (int i = 0; i < rounds; ++i) {
                Stream stream = co_await accept_from(listener);
                std::string got = co_await receive_text(stream);
                REQUIRE(got == "hello");
                co_await send_text(stream, "world");
            }
        },
        [&]() -> Task<void> {
            pier::Endpoint endpoint = co_await meeting.address();
            for (int i = 0; i < rounds; ++i) {
                Stream stream = co_await connect_to(endpoint);
                co_await send_text(stream, "hello");
                REQUIRE(outcome(stream.finish()) == Errc::ok);
                std::string got = co_await receive_text(stream);
                REQUIRE(got == "world");
            }
        });
}
