// What the cases of pipes share.
#pragma once

#include "harness.hpp"

#include <pier/ipc/named_pipe.hpp>
#include <pier/ipc/pipe.hpp>
#include <pier/sys/clock.hpp>
#include <pier/sys/pipe.hpp>

#include <array>
#include <string>
#include <utility>

namespace contract {

// Both ends of a pipe, of which each may go to a loop of its own.
struct Ends {
    pier::PipeEnd reader;
    pier::PipeEnd writer;

    [[nodiscard]] static Ends make() {
        auto pipe = pier::sys::make_pipe(pier::sys::PipeSide::both);
        REQUIRE(outcome(pipe) == Errc::ok);
        return {pier::PipeEnd(std::move(pipe->reader)), pier::PipeEnd(std::move(pipe->writer))};
    }
    // On the loop that runs here.
    [[nodiscard]] pier::PipeStream take_reader() { return adopted(pier::PipeStream::adopt(std::move(reader), {})); }
    [[nodiscard]] pier::PipeStream take_writer() { return adopted(pier::PipeStream::adopt({}, std::move(writer))); }

    [[nodiscard]] static pier::PipeStream adopted(pier::Result<pier::PipeStream> stream) {
        REQUIRE(outcome(stream) == Errc::ok);
        return std::move(*stream);
    }
};

// Both on one loop.
[[nodiscard]] inline pier::PipePair make_pair() {
    auto pair = pier::make_pipe();
    REQUIRE(outcome(pair) == Errc::ok);
    return std::move(*pair);
}

// Up to the end, into which nothing but the end may follow.
inline Task<Checksum> receive_all(const pier::PipeStream& reader) {
    Checksum sum;
    std::vector<std::byte> buffer(64 << 10);
    for (;;) {
        auto got = co_await reader.receive(buffer, limit());
        REQUIRE(outcome(got) == Errc::ok);
        if (*got == 0) break;
        sum.add(std::span(buffer).first(*got));
    }
    auto again = co_await reader.receive(buffer, limit());
    CHECK(again.value_or(1) == 0);
    co_return sum;
}

// Until the pipe takes no more, so that the next send has to wait: how many bytes it has taken. The deadline of the
// last send may have let some bytes go, so the writer may be poisoned afterwards.
[[nodiscard]] inline Task<std::size_t> fill(const pier::PipeStream& writer) {
    std::size_t total = 0;
    const auto piece = pattern(4096);
    // Bounded: a pipe that takes more than this holds more than any system's.
    while (total < 64U << 20) {
        auto sent = co_await writer.send(piece, after(50ms));
        if (!sent) {
            CHECK(outcome(sent) == Errc::timed_out);
            break;
        }
        total += *sent;
    }
    co_return total;
}

// Of this process alone, and new.
[[nodiscard]] inline pier::IpcName new_name() {
    static int count = 0;
    std::string text("contract.");
    text.append(settings().engine).append(".").append(std::to_string(++count)).append(".");
    text.append(std::to_string(pier::sys::now().time_since_epoch().count()));
    auto name = pier::IpcName::parse(text);
    REQUIRE(outcome(name) == Errc::ok);
    return *name;
}

}  // namespace contract
