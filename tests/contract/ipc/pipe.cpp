// Pipes without a name.
#include "pipes.hpp"

#include <pier/sync/event.hpp>

using namespace contract;
using pier::PipeStream;

TEST_CASE("pipe: 8 MiB go through a pipe that holds less, in order") {
    Ends ends = Ends::make();
    const auto data = pattern(8 << 20);
    both(
        [&]() -> Task<void> {
            PipeStream reader = ends.take_reader();
            CHECK(reader.can_receive());
            CHECK_FALSE(reader.can_send());
            const Checksum sum = co_await receive_all(reader);
            CHECK(sum == checksum(data));
        },
        [&]() -> Task<void> {
            PipeStream writer = ends.take_writer();
            auto sent = co_await writer.send_all(data, limit());
            CHECK(outcome(sent) == Errc::ok);
            CHECK(outcome(writer.finish()) == Errc::ok);
        });
}

TEST_CASE("pipe: bytes that are written one by one arrive in order, and the end behind them") {
    Ends ends = Ends::make();
    const auto data = pattern(1000);
    both(
        [&]() -> Task<void> {
            PipeStream reader = ends.take_reader();
            std::vector<std::byte> into(data.size());
            auto got = co_await reader.receive_exactly(into, limit());
            CHECK((got && into == data));
            const Checksum nothing = co_await receive_all(reader);
            CHECK(nothing.size() == 0);
            auto more = co_await reader.receive_exactly(into, limit());
            CHECK(outcome(more) == Errc::end_of_stream);
        },
        [&]() -> Task<void> {
            PipeStream writer = ends.take_writer();
            for (std::size_t i = 0; i < data.size(); ++i) {
                auto sent = co_await writer.send(std::span(data).subspan(i, 1), limit());
                CHECK(sent.value_or(0) == 1);
            }
            // The end is told by the stream's own end, too.
        });
}

TEST_CASE("pipe: finish() ends the sending direction for good, and close() both") {
    on_loop([&]() -> Task<void> {
        auto [reader, writer] = make_pair();
        std::array<std::byte, 8> into{};
        auto sent = co_await writer.send_all(bytes_of("word"), limit());
        CHECK(outcome(sent) == Errc::ok);
        CHECK(outcome(reader.finish()) == Errc::not_connected);
        for (int i = 0; i < 2; ++i) CHECK(outcome(writer.finish()) == Errc::ok);
        auto late = co_await writer.send_all(bytes_of("more"), limit());
        CHECK(outcome(late) == Errc::broken_pipe);
        auto some = co_await writer.send(bytes_of("more"), limit());
        CHECK(outcome(some) == Errc::broken_pipe);
        auto wrong = co_await writer.receive(into, limit());
        CHECK(outcome(wrong) == Errc::not_connected);
        auto got = co_await reader.receive(into, limit());
        CHECK(got.value_or(0) == 4);
        for (int i = 0; i < 2; ++i) {
            got = co_await reader.receive(into, limit());
            CHECK(got.value_or(1) == 0);
        }
        reader.close();
        writer.close();
        CHECK_FALSE(reader.valid());
        got = co_await reader.receive(into, limit());
        CHECK(outcome(got) == Errc::not_connected);
        sent = co_await writer.send_all(bytes_of("x"), limit());
        CHECK(outcome(sent) == Errc::not_connected);
        CHECK(outcome(writer.finish()) == Errc::not_connected);
    });
}

TEST_CASE("pipe: nothing is sent and received at once") {
    on_loop([&]() -> Task<void> {
        auto [reader, writer] = make_pair();
        std::array<std::byte, 8> into{};
        auto got = co_await reader.receive(std::span(into).first(0), limit());
        CHECK(got.value_or(1) == 0);
        auto exactly = co_await reader.receive_exactly({}, limit());
        CHECK(outcome(exactly) == Errc::ok);
        auto some = co_await writer.send({}, limit());
        CHECK(some.value_or(1) == 0);
        auto sent = co_await writer.send_all({}, limit());
        CHECK(outcome(sent) == Errc::ok);
        // None of it was the end.
        sent = co_await writer.send_all(bytes_of("x"), limit());
        CHECK(outcome(sent) == Errc::ok);
        got = co_await reader.receive(into, limit());
        CHECK(got.value_or(0) == 1);
    });
}

TEST_CASE("pipe: a writer whose reader has gone meets connection_reset, for ever and without a signal") {
    on_loop([&]() -> Task<void> {
        auto [reader, writer] = make_pair();
        auto sent = co_await writer.send_all(bytes_of("never read"), limit());
        CHECK(outcome(sent) == Errc::ok);
        reader.close();
        for (int i = 0; i < 3; ++i) {
            sent = co_await writer.send_all(bytes_of("nobody"), limit());
            CHECK(outcome(sent) == Errc::connection_reset);
        }
    });
}

TEST_CASE("pipe: a send that waits is told that its reader has gone") {
    Ends ends = Ends::make();
    const auto data = pattern(4 << 20);
    both(
        [&]() -> Task<void> {
            PipeStream reader = ends.take_reader();
            std::array<std::byte, 100> into{};
            auto got = co_await reader.receive_exactly(into, limit());
            CHECK(outcome(got) == Errc::ok);
        },
        [&]() -> Task<void> {
            PipeStream writer = ends.take_writer();
            auto sent = co_await writer.send_all(data, limit());
            CHECK(outcome(sent) == Errc::connection_reset);
        });
}

TEST_CASE("pipe: a receive that meets its deadline has taken nothing") {
    on_loop([&]() -> Task<void> {
        auto [reader, writer] = make_pair();
        std::array<std::byte, 8> into{};
        for (int round = 0; round < 3; ++round) {
            const pier::Time before = pier::sys::now();
            auto late = co_await reader.receive(into, after(20ms));
            CHECK(outcome(late) == Errc::timed_out);
            CHECK(pier::sys::now() - before >= 20ms);
            auto sent = co_await writer.send_all(bytes_of("word"), limit());
            CHECK(outcome(sent) == Errc::ok);
            // What is there when the deadline has passed is given.
            auto got = co_await reader.receive(into, after(0ms));
            CHECK(got.value_or(0) == 4);
            CHECK(text_of(std::span(into).first(4)) == "word");
        }
        auto exactly = co_await reader.receive_exactly(into, after(10ms));
        CHECK(outcome(exactly) == Errc::timed_out);
        auto sent = co_await writer.send_all(bytes_of("some"), limit());
        CHECK(outcome(sent) == Errc::ok);
        exactly = co_await reader.receive_exactly(into, after(10ms));
        REQUIRE(outcome(exactly) == Errc::timed_out);
        CHECK(exactly.error().received == 4);
        auto got = co_await reader.receive(into, limit());
        CHECK(outcome(got) == Errc::receive_cut_short);
    });
}

TEST_CASE("pipe: a send that meets its deadline half-way is the last one, and what went before arrives") {
    on_loop([&]() -> Task<void> {
        auto [reader, writer] = make_pair();
        const auto data = pattern(4 << 20);
        constexpr std::size_t complete = 1000;
        auto early = co_await writer.send_all(std::span(data).first(complete), limit());
        CHECK(outcome(early) == Errc::ok);
        auto late = co_await writer.send_all(std::span(data).subspan(complete), after(50ms));
        CHECK(outcome(late) == Errc::timed_out);
        late = co_await writer.send_all(bytes_of("x"), limit());
        CHECK(outcome(late) == Errc::broken_pipe);
        CHECK(outcome(writer.finish()) == Errc::ok);
        // Of the last one some, or nothing.
        const Checksum sum = co_await receive_all(reader);
        CHECK(sum.size() >= complete);
        CHECK(sum.size() < data.size());
        CHECK(sum == checksum(std::span(data).first(sum.size())));
    });
}

TEST_CASE("pipe: what waits is ended by its scope or by close()") {
    if (one_at_a_time()) return skip("one operation at a time");
    for (bool closes : {false, true}) {
        on_loop([&]() -> Task<void> {
            auto [reader, writer] = make_pair();
            auto [full_reader, full_writer] = make_pair();
            (void)co_await fill(full_writer);
            Errc received = Errc::ok;
            Errc sent = Errc::ok;
            std::array<std::byte, 8> into{};
            auto receiving = [&]() -> Task<void> {
                auto got = co_await reader.receive(into);
                received = outcome(got);
            };
            auto [other_reader, other_writer] = make_pair();
            const auto much = pattern(4 << 20);
            auto sending = [&]() -> Task<void> {
                auto done = co_await other_writer.send_all(much);
                sent = outcome(done);
            };
            pier::TaskScope scope;
            scope.spawn(receiving());
            scope.spawn(sending());
            co_await turns();
            auto second = co_await reader.receive(into, limit());
            CHECK(outcome(second) == Errc::already_in_progress);
            second = co_await other_writer.send(bytes_of("x"), limit());
            CHECK(outcome(second) == Errc::already_in_progress);
            CHECK(outcome(other_writer.finish()) == Errc::already_in_progress);
            if (closes) {
                reader.close();
                other_writer.close();
            } else {
                scope.cancel();
            }
            auto joined = co_await scope.join(limit());
            CHECK(outcome(joined) == Errc::ok);
            CHECK(received == Errc::operation_canceled);
            CHECK(sent == Errc::operation_canceled);
            if (closes) co_return;
            // The reader has lost nothing.
            auto word = co_await writer.send_all(bytes_of("word"), limit());
            CHECK(outcome(word) == Errc::ok);
            auto got = co_await reader.receive(into, limit());
            CHECK(got.value_or(0) == 4);
            auto poisoned = co_await other_writer.send_all(bytes_of("x"), limit());
            CHECK(outcome(poisoned) == Errc::broken_pipe);
        });
    }
}

TEST_CASE("pipe: two pipes are one stream of both directions") {
    Ends there = Ends::make();
    Ends back = Ends::make();
    // One end adopts the first's reader and the second's writer, the other end the rest.
    auto talk = [](PipeStream stream, std::string_view word, std::string_view expected) -> Task<void> {
        auto sent = co_await stream.send_all(bytes_of(word), limit());
        CHECK(outcome(sent) == Errc::ok);
        CHECK(outcome(stream.finish()) == Errc::ok);
        std::array<std::byte, 64> into{};
        std::string heard;
        for (;;) {
            auto got = co_await stream.receive(into, limit());
            REQUIRE(outcome(got) == Errc::ok);
            if (*got == 0) break;
            heard += text_of(std::span(into).first(*got));
        }
        CHECK(heard == expected);
    };
    both(
        [&]() -> Task<void> {
            auto stream = PipeStream::adopt(std::move(there.reader), std::move(back.writer));
            co_await talk(Ends::adopted(std::move(stream)), "from here", "from there");
        },
        [&]() -> Task<void> {
            auto stream = PipeStream::adopt(std::move(back.reader), std::move(there.writer));
            co_await talk(Ends::adopted(std::move(stream)), "from there", "from here");
        });
}

TEST_CASE("pipe: without a loop, or without an end, nothing is adopted") {
    Ends ends = Ends::make();
    CHECK(outcome(PipeStream::adopt(std::move(ends.reader), {})) == Errc::operation_canceled);
    CHECK_FALSE(ends.reader.valid());
    CHECK(outcome(pier::make_pipe()) == Errc::operation_canceled);
    on_loop([&]() -> Task<void> {
        CHECK(outcome(PipeStream::adopt({}, {})) == Errc::invalid_argument);
        co_return;
    });
}

TEST_CASE("pipe: a stream that moves goes on, and what it is assigned over is closed") {
    on_loop([&]() -> Task<void> {
        auto [reader, writer] = make_pair();
        auto [other_reader, other_writer] = make_pair();
        PipeStream moved(std::move(writer));
        CHECK_FALSE(writer.valid());
        auto sent = co_await moved.send_all(bytes_of("word"), limit());
        CHECK(outcome(sent) == Errc::ok);
        moved = std::move(other_writer);
        std::array<std::byte, 8> into{};
        auto got = co_await reader.receive(into, limit());
        CHECK(got.value_or(0) == 4);
        got = co_await reader.receive(into, limit());
        CHECK(got.value_or(1) == 0);
        sent = co_await moved.send_all(bytes_of("other"), limit());
        CHECK(outcome(sent) == Errc::ok);
        got = co_await other_reader.receive(into, limit());
        CHECK(got.value_or(0) == 5);
    });
}
