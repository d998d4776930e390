// A stream by the operators of the standard library.
#include "bytes.hpp"
#include "harness.hpp"
#include "pair.hpp"

#include <pier/socket/io_stream.hpp>

#include <string>

using namespace contract;
using pier::IoStream;
using pier::Stream;

namespace {

std::string of_letters(std::size_t size) {
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i * 7 % 26);
    return text;
}

}  // namespace

TEST_CASE("io stream: only an engine that blocks has it") {
    if (one_at_a_time()) return;
    on_loop([]() -> Task<void> {
        Pair pair = co_await connect_pair();
        IoStream io(pair.server);
        io << "hello" << std::flush;
        CHECK(io.bad());
        CHECK(io.error() == Errc::not_supported);
    });
}

TEST_CASE("io stream: lines and numbers, there and back") {
    if (!one_at_a_time()) return;
    Meeting meeting;
    on_two_threads(
        [&]() -> Task<void> {
            const Stream stream = co_await meeting.serve();
            IoStream io(stream, limit());
            int number = 0;
            std::string word;
            while (io >> number >> word) io << number + 1 << ' ' << word << '\n';  // sent before the next is awaited
            CHECK(io.eof());
            CHECK(!io.bad());
            CHECK(io.error() == Errc::ok);
        },
        [&]() -> Task<void> {
            const Stream stream = co_await meeting.connect();
            IoStream io(stream, limit());
            for (int i = 0; i < 100; ++i) {
                io << i << " word" << i << '\n' << std::flush;
                std::string line;
                REQUIRE(std::getline(io, line));
                CHECK(line == std::to_string(i + 1) + " word" + std::to_string(i));
            }
            CHECK(stream.finish());
            std::string line;
            CHECK(!std::getline(io, line));
            CHECK(io.eof());
            co_return;
        });
}

TEST_CASE("io stream: more than the buffers and the connection hold") {
    if (!one_at_a_time()) return;
    const std::string text = of_letters(8 << 20);
    Meeting meeting;
    on_two_threads(
        [&]() -> Task<void> {
            const Stream stream = co_await meeting.serve();
            IoStream io(stream, limit());
            io << text << std::flush;
            CHECK(io.good());
            CHECK(stream.finish());
        },
        [&]() -> Task<void> {
            const Stream stream = co_await meeting.connect();
            IoStream io(stream, limit());
            const std::string got{std::istreambuf_iterator<char>(io), std::istreambuf_iterator<char>()};
            CHECK(got.size() == text.size());
            CHECK((got == text));
        });
}

TEST_CASE("io stream: what fails is told") {
    if (!one_at_a_time()) return;
    on_loop([]() -> Task<void> {
        Pair pair = co_await connect_pair();
        std::string line;
        {
            IoStream io(pair.server, after(20ms));
            CHECK(!std::getline(io, line));
            CHECK(io.bad());
            CHECK(io.error() == Errc::timed_out);
        }
        {
            IoStream io(pair.server, after(20ms));
            const std::string much = of_letters(64 << 20);
            io << much << std::flush;
            CHECK(io.bad());
            CHECK(io.error() == Errc::timed_out);
        }
        pair.client.abort();
        {
            IoStream io(pair.server, limit());
            CHECK(!std::getline(io, line));
            CHECK(io.bad());
            CHECK(io.error() == Errc::connection_reset);
        }
        const Stream nothing;
        IoStream io(nothing);
        io << "hello" << std::flush;
        CHECK(io.bad());
        CHECK(io.error() == Errc::not_connected);
    });
}
