// TCP's urgent data: sent, told apart from the stream, waited for.
#include "bytes.hpp"
#include "harness.hpp"
#include "pair.hpp"
#include "unix.hpp"

#include <pier/socket/urgent.hpp>

#include <string>
#include <vector>

using namespace contract;
using pier::Stream;
using pier::TaskScope;
using pier::UrgentSource;

namespace {

UrgentSource source_of(const Stream& stream) {
    auto opened = UrgentSource::open(stream);
    REQUIRE(outcome(opened) == Errc::ok);
    return std::move(*opened);
}

Task<void> send_urgently(const Stream& stream, char byte) {
    auto sent = co_await pier::send_urgent(stream, static_cast<std::byte>(byte), limit());
    REQUIRE(outcome(sent) == Errc::ok);
}

Task<void> say(const Stream& stream, std::string_view text) {
    auto sent = co_await stream.send_all(bytes_of(text), limit());
    REQUIRE(outcome(sent) == Errc::ok);
}

// Of the engine uv on Windows libuv never tells.
bool never_told() { return settings().engine == "uv" && settings().system != "linux"; }

Task<void> receive_urgently(const UrgentSource& source, char expected) {
    auto byte = co_await source.receive(limit());
    REQUIRE(outcome(byte) == Errc::ok);
    CHECK(static_cast<char>(*byte) == expected);
}

Task<void> hear(const Stream& stream, std::string expected) {
    std::string heard;
    while (heard.size() < expected.size()) {
        auto some = co_await stream.receive(limit());
        REQUIRE(outcome(some) == Errc::ok);
        REQUIRE(!some->empty());
        heard += text_of(*some);
    }
    CHECK(heard == expected);
}

Task<void> expect_end(const UrgentSource& source, pier::Deadline deadline, Errc expected, bool& ended) {
    auto byte = co_await source.receive(deadline);
    CHECK(outcome(byte) == expected);
    ended = true;
}

}  // namespace

TEST_CASE("urgent: a byte comes beside the stream") {
    if (never_told()) return skip("libuv doesn't tell of urgent data on Windows");
    on_loop([]() -> Task<void> {
        Pair pair = co_await connect_pair();
        const UrgentSource source = source_of(pair.server);
        co_await say(pair.client, "before");
        co_await send_urgently(pair.client, '!');
        co_await say(pair.client, "behind");
        // Nothing of the stream was received yet.
        co_await receive_urgently(source, '!');
        co_await hear(pair.server, "beforebehind");
        co_await send_urgently(pair.client, '?');
        co_await receive_urgently(source, '?');
        co_await say(pair.client, "more");
        co_await hear(pair.server, "more");
    });
}

TEST_CASE("urgent: waited for before it comes, beside a receive") {
    if (never_told()) return skip("libuv doesn't tell of urgent data on Windows");
    if (one_at_a_time()) return skip("one operation at a time");
    // As io_uring's kernel, its server tries the receives that wait, and Linux drops the byte then.
    if (under_wine() && !receives_by_trying()) return skip("Wine's receives that wait pass urgent data");
    on_loop([]() -> Task<void> {
        Pair pair = co_await connect_pair();
        const UrgentSource source = source_of(pair.server);
        for (int round = 0; round < 20; ++round) {
            TaskScope listening;
            listening.spawn(hear(pair.server, "hello"));
            {
                TaskScope scope;
                scope.spawn(receive_urgently(source, '!'));
                co_await turns();
                co_await send_urgently(pair.client, '!');
                auto joined = co_await scope.join(limit());
                CHECK(outcome(joined) == Errc::ok);
            }
            co_await say(pair.client, "hello");
            auto joined = co_await listening.join(limit());
            CHECK(outcome(joined) == Errc::ok);
        }
    });
}

TEST_CASE("urgent: what comes in the stream is not told as urgent") {
    if (never_told()) return skip("libuv doesn't tell of urgent data on Windows");
    if (one_at_a_time()) return skip("one operation at a time");
    on_loop([]() -> Task<void> {
        Pair pair = co_await connect_pair();
        const UrgentSource source = source_of(pair.server);
        TaskScope scope;
        scope.spawn(receive_urgently(source, '!'));
        co_await turns();
        for (int i = 0; i < 20; ++i) {
            co_await say(pair.client, "hello");
            co_await turns();
        }
        co_await send_urgently(pair.client, '!');
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
    });
}

TEST_CASE("urgent: a wait ends by its deadline, a cancel or a close") {
    if (never_told()) return skip("libuv doesn't tell of urgent data on Windows");
    on_loop([]() -> Task<void> {
        Pair pair = co_await connect_pair();
        UrgentSource source = source_of(pair.server);
        bool ended = false;
        // What is in the stream is nothing urgent.
        co_await say(pair.client, "hello");
        co_await expect_end(source, after(20ms), Errc::timed_out, ended);
        CHECK(ended);
        {
            TaskScope scope;
            scope.spawn(expect_end(source, limit(), Errc::operation_canceled, ended));
            co_await turns();
            scope.cancel();
            auto joined = co_await scope.join(limit());
            CHECK(outcome(joined) == Errc::ok);
        }
        {
            TaskScope scope;
            scope.spawn(expect_end(source, limit(), Errc::operation_canceled, ended));
            co_await turns();
            source.close();
            auto joined = co_await scope.join(limit());
            CHECK(outcome(joined) == Errc::ok);
        }
        co_await expect_end(source, limit(), Errc::not_connected, ended);
        co_await hear(pair.server, "hello");
    });
}

TEST_CASE("urgent: many bytes, one after the other") {
    if (never_told()) return skip("libuv doesn't tell of urgent data on Windows");
    on_loop([]() -> Task<void> {
        Pair pair = co_await connect_pair();
        const UrgentSource source = source_of(pair.server);
        for (int i = 0; i < 200; ++i) {
            const char byte = static_cast<char>('a' + i % 26);
            co_await send_urgently(pair.client, byte);
            co_await receive_urgently(source, byte);
        }
    });
}

TEST_CASE("urgent: where the mark is") {
    // Libuv may have received what lies behind it; Windows' answer has another meaning.
    if (settings().engine == "uv" || settings().system != "linux") return;
    on_loop([]() -> Task<void> {
        Pair pair = co_await connect_pair();
        const UrgentSource source = source_of(pair.server);
        co_await say(pair.client, "before");
        co_await send_urgently(pair.client, '!');
        co_await say(pair.client, "behind");
        co_await receive_urgently(source, '!');
        auto mark = pier::at_mark(pair.server);
        REQUIRE(outcome(mark) == Errc::ok);
        CHECK(!*mark);
        // The receive stops there, whatever lies behind it.
        auto some = co_await pair.server.receive(limit());
        REQUIRE(outcome(some) == Errc::ok);
        CHECK(text_of(*some) == "before");
        mark = pier::at_mark(pair.server);
        REQUIRE(outcome(mark) == Errc::ok);
        CHECK(*mark);
        co_await hear(pair.server, "behind");
        mark = pier::at_mark(pair.server);
        REQUIRE(outcome(mark) == Errc::ok);
        CHECK(!*mark);
    });
}

TEST_CASE("urgent: nothing that is held, and nothing of TCP") {
    on_loop([]() -> Task<void> {
        const Stream nothing;
        auto sent = co_await pier::send_urgent(nothing, std::byte{'!'}, limit());
        CHECK(outcome(sent) == Errc::not_connected);
        CHECK(outcome(pier::at_mark(nothing)) == Errc::not_connected);
        CHECK(outcome(UrgentSource::open(nothing)) == Errc::not_connected);
        const UrgentSource source;
        auto byte = co_await source.receive(limit());
        CHECK(outcome(byte) == Errc::not_connected);
    });
}
