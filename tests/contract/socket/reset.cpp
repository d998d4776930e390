// How connections break.
#include "bytes.hpp"
#include "harness.hpp"

#include <string_view>

using namespace contract;
using pier::Stream;

namespace {

constexpr std::string_view last_words = "last words";

constexpr std::string_view wine_8 = "Wine 8 reports a reset that came before the receive as the end of the stream";

// The server sends the words, if there are any, and resets. Then the client meets it: the reset is on its way, behind
// the words, when `client` begins.
template <class Client>
void after_reset(std::string_view words, Client client) {
    Meeting meeting;
    Signal connected;
    Signal aborted;
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            co_await connected.wait();
            if (!words.empty()) {
                auto sent = co_await stream.send_all(bytes_of(words), limit());
                CHECK(outcome(sent) == Errc::ok);
            }
            stream.abort();
            co_await turns();  // some engines close with the next turn
            aborted.set();
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            connected.set();
            co_await aborted.wait();
            co_await client(stream);
        });
}

// Some systems drop what they have received when a reset comes.
void check_last_words(const pier::Result<pier::Chunk>& got) {
    if (outcome(got) == Errc::ok) {
        CHECK(text_of(*got) == last_words);
    } else {
        CHECK(outcome(got) == Errc::connection_reset);
    }
}

}  // namespace

TEST_CASE("reset: one that came with data is told to every receive after the data, and to a send") {
    if (under_wine_8()) return skip(wine_8);
    after_reset(last_words, [](Stream& stream) -> Task<void> {
        auto last = co_await stream.receive(limit());
        check_last_words(last);
        for (int i = 0; i < 3; ++i) {
            auto got = co_await stream.receive(limit());
            REQUIRE(outcome(got) == Errc::connection_reset);
        }
        auto sent = co_await stream.send(bytes_of("x"), limit());
        CHECK(outcome(sent) == Errc::connection_reset);
    });
}

TEST_CASE("reset: one that came with data is told to the receives after a send that met it first") {
    if (under_wine_8()) return skip(wine_8);
    after_reset(last_words, [](Stream& stream) -> Task<void> {
        auto last = co_await stream.receive(limit());
        check_last_words(last);
        Errc failure = co_await send_until_it_fails(stream);
        CHECK(failure == Errc::connection_reset);
        for (int i = 0; i < 3; ++i) {
            auto got = co_await stream.receive(limit());
            REQUIRE(outcome(got) == Errc::connection_reset);
        }
    });
}

TEST_CASE("reset: a send that meets it first leaves it for the receives") {
    if (under_wine_8()) return skip(wine_8);
    after_reset({}, [](Stream& stream) -> Task<void> {
        Errc failure = co_await send_until_it_fails(stream);
        CHECK(failure == Errc::connection_reset);
        auto got = co_await stream.receive(limit());
        CHECK(outcome(got) == Errc::connection_reset);
    });
}

TEST_CASE("reset: a stalled send is told") {
    auto data = pattern(16 << 20);
    Meeting meeting;
    Signal stalled;
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            co_await stalled.wait();
            stream.abort();
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            pier::TaskScope scope;
            Errc failure = Errc::ok;
            auto sending = [&]() -> Task<void> {
                auto sent = co_await stream.send_all(data, limit());
                failure = outcome(sent);
            };
            scope.spawn(sending());
            co_await turns(20);
            stalled.set();
            auto joined = co_await scope.join(limit());
            CHECK(outcome(joined) == Errc::ok);
            CAPTURE(failure);
            bool lost = failure == Errc::connection_reset || failure == Errc::broken_pipe;
            CHECK(lost);
        });
}
