// Operations on connected streams.
#include "scenario.hpp"

#include <array>
#include <cstring>

namespace alloc {
namespace {

using namespace std::chrono_literals;
using pier::after;
using pier::Stream;
using pier::Task;

constexpr std::size_t size = 64;
using Message = std::array<std::byte, size>;

Message message(int number) {
    Message bytes;
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(static_cast<std::size_t>(number) * 31 + i);
    return bytes;
}

void check(const Message& got, int number) {
    if (got != message(number)) give_up("comparing the answer", {pier::Errc::protocol_error, 0});
}

Task<void> echo(Stream peer) {
    for (;;) {
        auto got = expect(co_await peer.receive(), "receiving a chunk");
        if (got.empty()) break;
        expect(co_await peer.send_all(got), "sending a chunk");
    }
}

Task<void> echo_with_deadlines(Stream peer) {
    Message bytes;
    for (;;) {
        auto got = expect(co_await peer.receive(bytes, after(10s)), "receiving before a deadline");
        if (got == 0) break;
        expect(co_await peer.send_all(std::span(bytes).first(got), after(10s)), "sending before a deadline");
    }
}

// What is left of a message, in two pieces.
std::array<pier::Buffer, 2> halves(Message& bytes, std::size_t from) {
    std::size_t half = (size - from) / 2;
    return {{{bytes.data() + from, half}, {bytes.data() + from + half, size - from - half}}};
}

Task<void> echo_in_pieces(Stream peer) {
    Message bytes;
    for (;;) {
        for (std::size_t at = 0; at < size;) {
            auto pieces = halves(bytes, at);
            auto got = expect(co_await peer.receive(pieces), "receiving pieces");
            if (got == 0) co_return;
            at += got;
        }
        for (std::size_t at = 0; at < size;) {
            auto pieces = halves(bytes, at);
            const std::array<pier::ConstBuffer, 2> list{pieces[0], pieces[1]};
            at += expect(co_await peer.send(list), "sending pieces");
        }
    }
}

Task<void> round_trips(Stream& stream) {
    Measure measure("echo round trips of 64 bytes", 10'000);
    for (int i = 0; i < measure.rounds(); ++i) {
        measure.round(i);
        Message bytes = message(i);
        expect(co_await stream.send_all(bytes), "sending");
        expect(co_await stream.receive_exactly(bytes), "receiving");
        check(bytes, i);
    }
    measure.end();
}

Task<void> with_deadlines(Stream& stream) {
    Measure measure("echo round trips with deadlines", 10'000);
    for (int i = 0; i < measure.rounds(); ++i) {
        measure.round(i);
        Message bytes = message(i);
        expect(co_await stream.send_all(bytes, after(10s)), "sending before a deadline");
        auto got = expect(co_await stream.receive(bytes, after(10s)), "receiving before a deadline");
        if (got != size)
            expect(co_await stream.receive_exactly(std::span(bytes).subspan(got), after(10s)), "receiving the rest");
        check(bytes, i);
    }
    measure.end();
}

Task<void> in_pieces(Stream& stream) {
    Measure measure("echo round trips in pieces", 2'000);
    for (int i = 0; i < measure.rounds(); ++i) {
        measure.round(i);
        Message bytes = message(i);
        for (std::size_t at = 0; at < size;) {
            auto pieces = halves(bytes, at);
            const std::array<pier::ConstBuffer, 2> list{pieces[0], pieces[1]};
            at += expect(co_await stream.send(list), "sending pieces");
        }
        bytes.fill(std::byte{});
        // Either end may be given less than it asked for, libuv's always only the first piece.
        for (std::size_t at = 0; at < size;) {
            auto pieces = halves(bytes, at);
            at += expect(co_await stream.receive(pieces), "receiving pieces");
        }
        check(bytes, i);
    }
    measure.end();
}

// Receives that nobody answers: each ends by its deadline.
Task<void> timeouts(Stream& stream) {
    Measure measure("receives that time out", 200);
    Message bytes;
    for (int i = 0; i < measure.rounds(); ++i) {
        measure.round(i);
        pier::Errc condition = pier::Errc::ok;
        if (i % 2 == 0) {
            auto got = co_await stream.receive(bytes, after(0ns));
            if (!got) condition = got.error().condition;
        } else {
            auto got = co_await stream.receive(after(0ns));
            if (!got) condition = got.error().condition;
        }
        if (condition != pier::Errc::timed_out) give_up("waiting for a deadline", {condition, 0});
    }
    measure.end();
}

}  // namespace

void streams(const pier::EngineInfo& engine) {
    connected(engine, echo, round_trips);
    connected(engine, echo_with_deadlines, with_deadlines);
    connected(engine, echo_in_pieces, in_pieces);
    connected(engine, echo, timeouts);
}

}  // namespace alloc
