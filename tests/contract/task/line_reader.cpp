// Lines of a stream, in whatever pieces they come.
#include "harness.hpp"

#include <pier/bytes/line_reader.hpp>

#include <optional>
#include <string>
#include <vector>

using namespace contract;
using pier::LineReader;
using pier::Stream;

namespace {

// What a reader makes of a text that comes in pieces of that size: its lines, then "<end>" or "<the error>".
std::vector<std::string> lines_of(std::string text, std::size_t piece, std::size_t longest) {
    std::vector<std::string> lines;
    Meeting meeting;
    both(
        [&]() -> Task<void> {
            lines.clear();
            Stream stream = co_await meeting.serve();
            LineReader reader(stream, longest);
            for (;;) {
                auto line = co_await reader.next(limit());
                if (line && *line) {
                    lines.push_back(**line);
                    continue;
                }
                lines.push_back(line ? "<end>" : "<" + std::string(line.error().message()) + ">");
                auto again = co_await reader.next(limit());
                CHECK(again.has_value() == line.has_value());
                if (again) CHECK_FALSE(again->has_value());
                if (!line) stream.abort();
                break;
            }
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            for (std::size_t at = 0; at < text.size(); at += piece) {
                auto sent = co_await stream.send_all(bytes_of(std::string_view(text).substr(at, piece)), limit());
                if (!sent) co_return;
                if (piece < 4) (void)co_await pier::yield();
            }
            (void)stream.finish();
            (void)co_await stream.receive(limit());
        });
    return lines;
}

}  // namespace

TEST_CASE("lines: each comes whole and without its end, in whatever pieces") {
    using Lines = std::vector<std::string>;
    for (std::size_t piece : {1U, 2U, 3U, 7U, 100'000U}) {
        CAPTURE(piece);
        CHECK(lines_of("one\ntwo\r\n\n\r\nthree", piece, 100) == Lines{"one", "two", "", "", "three", "<end>"});
        CHECK(lines_of("a\rb\r\r\n", piece, 100) == Lines{"a\rb\r", "<end>"});
        CHECK(lines_of("", piece, 100) == Lines{"<end>"});
    }
    CHECK(lines_of("hello\n", 3, std::string::npos) == Lines{"hello", "<end>"});
    const std::string most(5'000, 'x');
    CHECK(lines_of(most + "\r\n" + most + "\n" + most, 1000, 5'000) == Lines{most, most, most, "<end>"});
}

TEST_CASE("lines: one that is too long is an error, now and ever after") {
    using Lines = std::vector<std::string>;
    const std::string error = "<" + std::string(pier::message(Errc::message_size)) + ">";
    for (std::size_t piece : {1U, 5U, 1000U}) {
        CAPTURE(piece);
        CHECK(lines_of("1234\n12345\nafter\n", piece, 4) == Lines{"1234", error});
        CHECK(lines_of("1234\r\n12345", piece, 4) == Lines{"1234", error});
        CHECK(lines_of("123456789", piece, 4) == Lines{error});
    }
}

TEST_CASE("lines: a deadline in the middle of one loses nothing") {
    Meeting meeting;
    Signal late;
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            LineReader reader(stream);
            auto line = co_await reader.next(after(20ms));
            CHECK(outcome(line) == Errc::timed_out);
            late.set();
            line = co_await reader.next(limit());
            REQUIRE(line.has_value());
            CHECK(line->value_or("") == "half and half");
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            auto sent = co_await stream.send_all(bytes_of("half and "), limit());
            CHECK(outcome(sent) == Errc::ok);
            co_await late.wait();
            sent = co_await stream.send_all(bytes_of("half\n"), limit());
            CHECK(outcome(sent) == Errc::ok);
            (void)co_await stream.receive(limit());
        });
}
