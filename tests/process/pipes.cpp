// The standard streams of children, driven by a loop.
#include "support.hpp"

#include <pier/ipc/named_pipe.hpp>
#include <pier/ipc/pipe.hpp>
#include <pier/scope.hpp>
#include <pier/sleep.hpp>
#include <pier/sys/clock.hpp>

#include <array>
#include <string>

using namespace process_tests;
using pier::PipeStream;

namespace {

Process start_copy() {
    auto options = helping({"copy"});
    options.input = options.output = Redirect::pipe();
    return start(options);
}

PipeStream adopt(Process& child) {
    auto stream = PipeStream::adopt(child);
    REQUIRE(outcome(stream) == Errc::ok);
    REQUIRE(stream->can_receive());
    REQUIRE(stream->can_send());
    return std::move(*stream);
}

std::vector<std::byte> numbers(std::size_t size) {
    std::vector<std::byte> bytes(size);
    std::uint32_t state = 1;
    for (std::byte& byte : bytes) {
        state = state * 1664525U + 1013904223U;
        byte = static_cast<std::byte>(state >> 24);
    }
    return bytes;
}

Task<std::vector<std::byte>> receive_all(const PipeStream& stream) {
    std::vector<std::byte> all;
    std::array<std::byte, 16384> some;
    for (;;) {
        auto got = co_await stream.receive(some, after(patience));
        CHECK(outcome(got) == Errc::ok);
        if (!got || *got == 0) co_return all;
        all.insert(all.end(), some.begin(), some.begin() + static_cast<std::ptrdiff_t>(*got));
    }
}

bool one_at_a_time(pier::Loop& loop) { return loop.traits().one_at_a_time; }

}  // namespace

TEST_CASE("loop: 8 MiB go to a child's input while they come from its output") {
    auto loop = make_loop();
    if (one_at_a_time(*loop)) return;
    auto talk = [&]() -> Task<void> {
        Process child = start_copy();
        PipeStream stream = adopt(child);
        const auto data = numbers(8 << 20);
        auto sending = [&]() -> Task<void> {
            auto sent = co_await stream.send_all(data, after(patience));
            CHECK(outcome(sent) == Errc::ok);
            CHECK(outcome(stream.finish()) == Errc::ok);
        };
        pier::TaskScope scope;
        scope.spawn(sending());
        const auto back = co_await receive_all(stream);
        CHECK((back == data));
        auto joined = co_await scope.join(after(patience));
        CHECK(outcome(joined) == Errc::ok);
        auto end = co_await child.wait(after(patience));
        CHECK((end && end->succeeded()));
    };
    loop->run(talk());
}

TEST_CASE("loop: a child that is killed in the middle of a message ends what it sent and resets what it was sent") {
    auto loop = make_loop();
    auto talk = [&]() -> Task<void> {
        Process child = start_copy();
        PipeStream stream = adopt(child);
        std::array<std::byte, 4096> piece{};
        auto sent = co_await stream.send_all(piece, after(patience));
        CHECK(outcome(sent) == Errc::ok);
        auto got = co_await stream.receive_exactly(std::span(piece).first(1), after(patience));
        CHECK(outcome(got) == Errc::ok);
        CHECK(outcome(child.kill()) == Errc::ok);
        auto end = co_await child.wait(after(patience));
        CHECK((end && !end->succeeded()));
        // A message longer than what has come.
        std::vector<std::byte> message(1 << 20);
        got = co_await stream.receive_exactly(message, after(patience));
        REQUIRE(outcome(got) == Errc::end_of_stream);
        CHECK(got.error().received <= piece.size() - 1);
        for (int i = 0; i < 2; ++i) {
            sent = co_await stream.send_all(message, after(patience));
            CHECK(outcome(sent) == Errc::connection_reset);
        }
    };
    loop->run(talk());
}

TEST_CASE("loop: a send that waits is told that its child was killed") {
    auto loop = make_loop();
    if (one_at_a_time(*loop)) return;
    auto talk = [&]() -> Task<void> {
        Process child = start_copy();
        PipeStream stream = adopt(child);
        Errc outcome_of_send = Errc::ok;
        const std::vector<std::byte> much(8 << 20);  // nobody reads what is copied, so the child stands still
        auto sending = [&]() -> Task<void> {
            auto sent = co_await stream.send_all(much, after(patience));
            outcome_of_send = outcome(sent);
        };
        pier::TaskScope scope;
        scope.spawn(sending());
        std::array<std::byte, 1> one;
        auto got = co_await stream.receive(one, after(patience));
        CHECK(outcome(got) == Errc::ok);
        CHECK(outcome(child.kill()) == Errc::ok);
        auto joined = co_await scope.join(after(patience));
        CHECK(outcome(joined) == Errc::ok);
        CHECK(outcome_of_send == Errc::connection_reset);
        auto end = co_await child.wait(after(patience));
        CHECK(outcome(end) == Errc::ok);
    };
    loop->run(talk());
}

TEST_CASE("loop: a stream that goes closes a child's streams, and the child ends") {
    auto loop = make_loop();
    auto talk = [&]() -> Task<void> {
        Process child = start_copy();
        { PipeStream stream = adopt(child); }
        CHECK_FALSE(child.input().valid());
        auto end = co_await child.wait(after(patience));
        CHECK((end && end->succeeded()));
    };
    loop->run(talk());
}

TEST_CASE("loop: a thousand pipes that are made, used and closed leave no handle here") {
    auto loop = make_loop();
    auto use = [](PipeStream reader, PipeStream writer) -> Task<void> {
        std::array<std::byte, 4> word{};
        auto late = co_await reader.receive(word, after(0ms));
        CHECK(outcome(late) == Errc::timed_out);
        auto sent = co_await writer.send_all(word, after(patience));
        CHECK(outcome(sent) == Errc::ok);
        auto got = co_await reader.receive_exactly(word, after(patience));
        CHECK(outcome(got) == Errc::ok);
    };
    auto talk = [&]() -> Task<void> {
        auto name = pier::IpcName::parse("count." + std::to_string(pier::sys::now().time_since_epoch().count()));
        REQUIRE(outcome(name) == Errc::ok);
        std::size_t before = 0;
        for (int round = 0; round <= 1000; ++round) {
            auto pair = pier::make_pipe();
            REQUIRE(outcome(pair) == Errc::ok);
            co_await use(std::move(pair->reader), std::move(pair->writer));
            auto reader = pier::NamedPipe::open_reader(*name);
            REQUIRE(outcome(reader) == Errc::ok);
            auto writer = co_await pier::NamedPipe::open_writer(*name, after(patience));
            REQUIRE(outcome(writer) == Errc::ok);
            co_await use(std::move(*reader), std::move(*writer));
            (void)co_await pier::yield();
            // What is made once for all pipes is there after the first round.
            if (round == 0) before = handle_count();
        }
        CHECK(handle_count() <= before);
    };
    loop->run(talk());
}
