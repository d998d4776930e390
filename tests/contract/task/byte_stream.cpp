// The concept of a stream of bytes, by a protocol that knows nothing else of its connection.
#include "harness.hpp"

#include <pier/bytes/byte_stream.hpp>
#include <pier/task/or_return.hpp>

#include <array>

using namespace contract;
using pier::Result;

static_assert(pier::byte_stream<pier::Stream>);
static_assert(!pier::byte_stream<pier::Listener>);

namespace {

// Sends a word, ends its direction, and gives what the peer sends until its end.
template <pier::byte_stream S>
Task<Result<std::string>> exchange(S& stream, std::string_view word) {
    co_await pier::or_return(co_await stream.send_all(std::as_bytes(std::span(word)), limit()));
    co_await pier::or_return(co_await pier::finish(stream));
    std::string heard;
    std::array<std::byte, 7> buffer{};
    for (;;) {
        const std::size_t size = co_await pier::or_return(co_await stream.receive(std::span(buffer), limit()));
        if (size == 0) co_return heard;
        heard += text_of(std::span(buffer).first(size));
    }
}

}  // namespace

TEST_CASE("byte_stream: a protocol over any stream exchanges words over this one") {
    Meeting meeting;
    both(
        [&]() -> Task<void> {
            pier::Stream stream = co_await meeting.serve();
            auto heard = co_await exchange(stream, "from the server");
            CHECK(heard.value_or("") == "from the client");
        },
        [&]() -> Task<void> {
            pier::Stream stream = co_await meeting.connect();
            auto heard = co_await exchange(stream, "from the client");
            CHECK(heard.value_or("") == "from the server");
        });
}
