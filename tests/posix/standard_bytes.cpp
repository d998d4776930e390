// The standard input and output as bytes: what is cut and goes on, who reads on, an output that nobody takes.
#include "child.hpp"
#include "engine.hpp"

#include <pier/loop.hpp>
#include <pier/process/byte_input.hpp>
#include <pier/process/byte_output.hpp>
#include <pier/process/line_input.hpp>

#include <doctest/doctest.h>

#include "../unit/sanitizer.hpp"

#include <unistd.h>
#include <array>
#include <chrono>
#include <csignal>
#include <string>
#include <string_view>
#include <vector>

using namespace std::chrono_literals;
using pier::after;
using pier::Task;

// It ends a forked child of several threads that starts one, as these do.
#if !PIER_TEST_THREAD_SANITIZER

namespace {

constexpr pier::Duration limit = 10s;

// 0, or which step went wrong: of a child with these streams.
template <class Body>
int status_of(int input, int output, Body body) {
    posix::Child child([=] {
        (void)std::signal(SIGPIPE, SIG_IGN);
        if (dup2(input, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0) return 100;
        auto loop = pier::Loop::create(posix::engine());
        if (!loop) return 101;
        return (*loop)->run(body());
    });
    return child.status();
}

void put(int to, std::string_view text) {
    const ssize_t count = write(to, text.data(), text.size());
    REQUIRE(count == static_cast<ssize_t>(text.size()));
}

Task<std::string> some(pier::ByteInput& input, std::size_t room) {
    std::string text(room, '?');
    auto got = co_await input.receive(std::as_writable_bytes(std::span(text)), after(limit));
    text.resize(got.value_or(0));
    co_return text;
}

Task<int> read_in_parts() {
    pier::ByteInput input;
    const std::string first = co_await some(input, 3);
    if (first != std::string_view("a\0\n", 3)) co_return 1;
    const std::string nothing = co_await some(input, 0);
    if (!nothing.empty()) co_return 2;
    const std::string second = co_await some(input, 100);
    if (second !=
        "\r\n\x1a"
        "bc")
        co_return 3;
    const std::string end = co_await some(input, 100);
    co_return end.empty() ? 0 : 4;
}

Task<int> read_on_by_lines() {
    pier::ByteInput bytes;
    const std::string first = co_await some(bytes, 2);
    if (first != "ab") co_return 1;
    pier::LineInput lines;
    auto rest = co_await lines.next(after(limit));  // as it was read
    if (!rest || !*rest || **rest != "c\nd") co_return 2;
    auto end = co_await lines.next(after(limit));
    co_return end && !*end ? 0 : 3;
}

Task<int> write_to_nobody() {
    pier::ByteOutput output;
    auto sent = co_await output.send_all(std::as_bytes(std::span(std::string_view("hello"))), after(limit));
    co_return !sent && sent.error() == pier::Errc::broken_pipe ? 0 : 1;
}

Task<int> write_to_who_takes_nothing() {
    const std::vector<std::byte> much(std::size_t{4} << 20);
    pier::ByteOutput output;
    auto sent = co_await output.send_all(much, after(50ms));
    if (sent || sent.error() != pier::Errc::timed_out) co_return 1;
    auto again = co_await output.send_all(std::span(much).first(1), after(limit));
    co_return !again && again.error() == pier::Errc::broken_pipe ? 0 : 2;
}

}  // namespace

TEST_CASE("standard bytes: a read is given in parts, with every byte as it is") {
    posix::Pipe input;
    put(input.writer(), std::string_view("a\0\n\r\n\x1a"
                                         "bc",
                                         8));
    input.close_writer();
    CHECK(status_of(input.reader(), STDOUT_FILENO, read_in_parts) == 0);
}

TEST_CASE("standard bytes: what was not taken is there for who reads lines") {
    posix::Pipe input;
    put(input.writer(), "abc\nd");
    input.close_writer();
    CHECK(status_of(input.reader(), STDOUT_FILENO, read_on_by_lines) == 0);
}

TEST_CASE("standard bytes: an output that nobody reads is an error") {
    posix::Pipe output;
    output.close_reader();
    CHECK(status_of(STDIN_FILENO, output.writer(), write_to_nobody) == 0);
}

TEST_CASE("standard bytes: a write that is given up leaves the loop, and no further one goes") {
    posix::Pipe output;
    CHECK(status_of(STDIN_FILENO, output.writer(), write_to_who_takes_nothing) == 0);
}

#endif
