// Bytes over a stream: all of them, in order, whatever their number.
#include "bytes.hpp"
#include "harness.hpp"

#include <algorithm>
#include <array>

using namespace contract;
using pier::Buffer;
using pier::ConstBuffer;
using pier::Stream;

namespace {

Task<void> echo_to_the_end(Stream& stream) {
    for (;;) {
        auto got = co_await stream.receive(limit());
        REQUIRE(outcome(got) == Errc::ok);
        if (got->empty()) break;
        auto sent = co_await stream.send_all(*got, limit());
        REQUIRE(outcome(sent) == Errc::ok);
    }
    CHECK(outcome(stream.finish()) == Errc::ok);
}

Task<Checksum> receive_to_the_end(Stream& stream) {
    Checksum sum;
    for (;;) {
        auto got = co_await stream.receive(limit());
        REQUIRE(outcome(got) == Errc::ok);
        if (got->empty()) co_return sum;
        sum.add(*got);
    }
}

// Sends in pieces of at most that size, waiting for each to come back: all that two blocking ends can do.
void echo_in_steps(std::size_t total, std::size_t step) {
    Meeting meeting;
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            co_await echo_to_the_end(stream);
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            auto data = pattern(step);
            std::vector<std::byte> back(step);
            for (std::size_t at = 0; at < total; at += step) {
                auto sent = co_await stream.send_all(data, limit());
                REQUIRE(outcome(sent) == Errc::ok);
                auto got = co_await stream.receive_exactly(back, limit());
                REQUIRE(outcome(got) == Errc::ok);
                REQUIRE(std::equal(back.begin(), back.end(), data.begin()));
            }
            CHECK(outcome(stream.finish()) == Errc::ok);
            auto end = co_await stream.receive(limit());
            REQUIRE(outcome(end) == Errc::ok);
            CHECK(end->empty());
        });
}

}  // namespace

TEST_CASE("stream: one byte is echoed") { echo_in_steps(1, 1); }

TEST_CASE("stream: 64 KiB are echoed") { echo_in_steps(64 * 1024, 64 * 1024); }

TEST_CASE("stream: a thousand small requests are echoed, one after the other") { echo_in_steps(1000 * 30, 30); }

TEST_CASE("stream: 8 MiB go over and 8 MiB come back") {
    constexpr std::size_t size = 8 << 20;
    auto there = pattern(size, 1);
    auto back = pattern(size, 2);
    Meeting meeting;
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            Checksum sum = co_await receive_to_the_end(stream);
            CHECK(sum.size() == size);
            CHECK(sum == checksum(there));
            auto sent = co_await stream.send_all(back, limit());
            CHECK(outcome(sent) == Errc::ok);
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            auto sent = co_await stream.send_all(there, limit());
            CHECK(outcome(sent) == Errc::ok);
            CHECK(outcome(stream.finish()) == Errc::ok);
            Checksum sum = co_await receive_to_the_end(stream);
            CHECK(sum.size() == size);
            CHECK(sum == checksum(back));
        });
}

TEST_CASE("stream: both directions at once") {
    constexpr std::size_t size = 8 << 20;
    auto data = pattern(size);
    Meeting meeting;
    if (one_at_a_time()) {
        Signal over;
        on_two_threads(
            [&]() -> Task<void> {
                Stream stream = co_await meeting.serve();
                pier::TaskScope scope;
                Errc second = Errc::ok;
                auto receiving = [&]() -> Task<void> { (void)co_await stream.receive(limit()); };
                auto sending = [&]() -> Task<void> {
                    // Fills what the system takes until a send has to wait.
                    auto sent = co_await stream.send_all(data, limit());
                    second = outcome(sent);
                };
                scope.spawn(receiving());
                co_await turns();
                scope.spawn(sending());
                co_await turns(20);
                CHECK(second == Errc::one_operation_at_a_time);
                scope.cancel();
                (void)co_await scope.join(limit());
                over.set();
            },
            [&]() -> Task<void> {
                Stream stream = co_await meeting.connect();
                co_await over.wait();
            });
        return;
    }
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            co_await echo_to_the_end(stream);
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            pier::TaskScope scope;
            auto sending = [&]() -> Task<void> {
                auto sent = co_await stream.send_all(data, limit());
                CHECK(outcome(sent) == Errc::ok);
                CHECK(outcome(stream.finish()) == Errc::ok);
            };
            scope.spawn(sending());
            Checksum sum = co_await receive_to_the_end(stream);
            CHECK(sum.size() == size);
            CHECK(sum == checksum(data));
            (void)co_await scope.join(limit());
        });
}

TEST_CASE("stream: gathered pieces arrive as one, scattered ones are filled in order") {
    Meeting meeting;
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            std::string words[] = {"one ", "", "two ", "three"};
            std::array<ConstBuffer, 4> pieces;
            for (std::size_t i = 0; i < pieces.size(); ++i) pieces[i] = bytes_of(words[i]);
            auto sent = co_await stream.send(pieces, limit());
            REQUIRE(outcome(sent) == Errc::ok);
            CHECK(*sent == 13);
            CHECK(outcome(stream.finish()) == Errc::ok);
            auto end = co_await stream.receive(limit());
            CHECK(outcome(end) == Errc::ok);
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            std::string got;
            std::array<std::byte, 3> first{};
            std::array<std::byte, 5> second{};
            for (;;) {
                std::array<Buffer, 2> pieces{Buffer{first.data(), first.size()}, Buffer{second.data(), second.size()}};
                auto count = co_await stream.receive(pieces, limit());
                REQUIRE(outcome(count) == Errc::ok);
                if (*count == 0) break;
                std::size_t in_first = std::min(*count, first.size());
                got += text_of(std::span(first).first(in_first));
                got += text_of(std::span(second).first(*count - in_first));
            }
            CHECK(got == "one two three");
        });
}

TEST_CASE("stream: more pieces than the system takes at once are a short transfer") {
    Meeting meeting;
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            std::array<std::byte, 20> data{};
            std::array<ConstBuffer, 20> pieces;
            for (std::size_t i = 0; i < pieces.size(); ++i) pieces[i] = {&data[i], 1};
            auto sent = co_await stream.send(pieces, limit());
            REQUIRE(outcome(sent) == Errc::ok);
            CHECK(*sent == pier::spi::most_buffers);
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            Checksum sum = co_await receive_to_the_end(stream);
            CHECK(sum.size() == pier::spi::most_buffers);
        });
}

TEST_CASE("stream: receive_exactly waits for all of it") {
    Meeting meeting;
    auto data = pattern(100'000);
    Signal had_some;
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            std::span<const std::byte> rest(data);
            auto sent = co_await stream.send_all(rest.first(10), limit());
            CHECK(outcome(sent) == Errc::ok);
            co_await had_some.wait();
            for (std::size_t at = 10; at < data.size(); at += 9999) {
                sent =
                    co_await stream.send_all(rest.subspan(at, std::min<std::size_t>(9999, data.size() - at)), limit());
                CHECK(outcome(sent) == Errc::ok);
            }
            auto end = co_await stream.receive(limit());
            CHECK(outcome(end) == Errc::ok);
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            std::vector<std::byte> got(data.size());
            std::span<std::byte> into(got);
            auto some = co_await stream.receive_exactly(into.first(5), limit());
            REQUIRE(outcome(some) == Errc::ok);
            had_some.set();
            auto all = co_await stream.receive_exactly(into.subspan(5), limit());
            REQUIRE(outcome(all) == Errc::ok);
            CHECK(got == data);
        });
}

TEST_CASE("stream: receive_exactly says end_of_stream when the peer ends too early") {
    Meeting meeting;
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            auto sent = co_await stream.send_all(bytes_of("abc"), limit());
            CHECK(outcome(sent) == Errc::ok);
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            std::array<std::byte, 4> into{};
            auto got = co_await stream.receive_exactly(into, limit());
            CHECK(outcome(got) == Errc::end_of_stream);
            got = co_await stream.receive_exactly(into, limit());
            CHECK(outcome(got) == Errc::end_of_stream);
            auto end = co_await stream.receive(limit());
            REQUIRE(outcome(end) == Errc::ok);
            CHECK(end->empty());
        });
}

TEST_CASE("stream: an empty buffer transfers nothing, at once") {
    Meeting meeting;
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            // Nothing has come, and nothing ever waits for it.
            auto got = co_await stream.receive(std::span<std::byte>(), limit());
            REQUIRE(outcome(got) == Errc::ok);
            CHECK(*got == 0);
            auto all = co_await stream.receive_exactly(std::span<std::byte>(), limit());
            CHECK(outcome(all) == Errc::ok);
            auto sent = co_await stream.send(std::span<const std::byte>(), limit());
            REQUIRE(outcome(sent) == Errc::ok);
            CHECK(*sent == 0);
            auto sent_all = co_await stream.send_all(std::span<const std::byte>(), limit());
            CHECK(outcome(sent_all) == Errc::ok);
            std::array<Buffer, 2> empty{};
            got = co_await stream.receive(empty, limit());
            REQUIRE(outcome(got) == Errc::ok);
            CHECK(*got == 0);
            std::array<ConstBuffer, 2> nothing{};
            sent = co_await stream.send(nothing, limit());
            REQUIRE(outcome(sent) == Errc::ok);
            CHECK(*sent == 0);
            sent_all = co_await stream.send_all(nothing, limit());
            CHECK(outcome(sent_all) == Errc::ok);
            all = co_await stream.receive_exactly(empty, limit());
            CHECK(outcome(all) == Errc::ok);
            sent_all = co_await stream.send_all(bytes_of("x"), limit());
            CHECK(outcome(sent_all) == Errc::ok);
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            Checksum sum = co_await receive_to_the_end(stream);
            CHECK(sum == checksum(bytes_of("x")));
        });
}

TEST_CASE("stream: one send takes a megabyte at most") {
    Meeting meeting;
    auto data = pattern(4 << 20);
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            auto sent = co_await stream.send(data, limit());
            REQUIRE(outcome(sent) == Errc::ok);
            CHECK(*sent > 0);
            CHECK(*sent <= 1 << 20);
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            Checksum sum = co_await receive_to_the_end(stream);
            CHECK(sum.size() > 0);
            CHECK(sum == checksum(std::span(data).first(sum.size())));
        });
}

TEST_CASE("stream: small receives lose nothing of a long stream") {
    const std::size_t size = under_wine() ? 70'000 : 300'000;  // a call takes a hundred times as long there
    auto data = pattern(size);
    Meeting meeting;
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            auto sent = co_await stream.send_all(data, limit());
            CHECK(outcome(sent) == Errc::ok);
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            Checksum sum;
            std::array<std::byte, 7> into{};
            for (;;) {
                auto got = co_await stream.receive(into, limit());
                REQUIRE(outcome(got) == Errc::ok);
                if (*got == 0) break;
                sum.add(std::span(into).first(*got));
            }
            CHECK(sum.size() == size);
            CHECK(sum == checksum(data));
        });
}

TEST_CASE("stream: send_all goes on when a peer that did not read begins to") {
    constexpr std::size_t size = 16 << 20;
    auto data = pattern(size);
    Meeting meeting;
    Signal stalled;
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            pier::TaskScope scope;
            bool done = false;
            auto sending = [&]() -> Task<void> {
                auto sent = co_await stream.send_all(data, limit());
                CHECK(outcome(sent) == Errc::ok);
                done = true;
            };
            scope.spawn(sending());
            co_await turns(20);
            CHECK(!done);
            stalled.set();
            (void)co_await scope.join(limit());
            CHECK(done);
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            co_await stalled.wait();
            Checksum sum = co_await receive_to_the_end(stream);
            CHECK(sum.size() == size);
            CHECK(sum == checksum(data));
        });
}

TEST_CASE("stream: a second operation of a direction is refused, and the first goes on") {
    Meeting meeting;
    Signal refused;
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            pier::TaskScope scope;
            std::size_t first = 0;
            auto receiving = [&]() -> Task<void> {
                auto got = co_await stream.receive(limit());
                REQUIRE(outcome(got) == Errc::ok);
                first = got->size();
            };
            scope.spawn(receiving());
            co_await turns();
            auto second = co_await stream.receive(limit());
            CHECK(outcome(second) == Errc::already_in_progress);
            refused.set();
            (void)co_await scope.join(limit());
            CHECK(first == 3);
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            co_await refused.wait();
            auto sent = co_await stream.send_all(bytes_of("abc"), limit());
            CHECK(outcome(sent) == Errc::ok);
        });
}

TEST_CASE("stream: while a send is under way, a second one and finish() are refused") {
    constexpr std::size_t size = 16 << 20;
    auto data = pattern(size);
    Meeting meeting;
    Signal refused;
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            pier::TaskScope scope;
            auto sending = [&]() -> Task<void> {
                auto sent = co_await stream.send_all(data, limit());
                CHECK(outcome(sent) == Errc::ok);
            };
            scope.spawn(sending());
            co_await turns(20);
            auto second = co_await stream.send(bytes_of("x"), limit());
            CHECK(outcome(second) == Errc::already_in_progress);
            CHECK(outcome(stream.finish()) == Errc::already_in_progress);
            refused.set();
            (void)co_await scope.join(limit());
            CHECK(outcome(stream.finish()) == Errc::ok);
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            co_await refused.wait();
            Checksum sum = co_await receive_to_the_end(stream);
            CHECK(sum.size() == size);
        });
}

TEST_CASE("stream: an empty stream is not connected") {
    on_loop([]() -> Task<void> {
        Stream stream;
        CHECK(!stream.valid());
        std::array<std::byte, 4> into{};
        CHECK(stream.peer() == pier::Endpoint());
        auto chunk = co_await stream.receive(limit());
        CHECK(outcome(chunk) == Errc::not_connected);
        auto got = co_await stream.receive(into, limit());
        CHECK(outcome(got) == Errc::not_connected);
        auto all = co_await stream.receive_exactly(into, limit());
        CHECK(outcome(all) == Errc::not_connected);
        auto sent = co_await stream.send(into, limit());
        CHECK(outcome(sent) == Errc::not_connected);
        auto sent_all = co_await stream.send_all(into, limit());
        CHECK(outcome(sent_all) == Errc::not_connected);
        CHECK(outcome(stream.finish()) == Errc::not_connected);
        CHECK(outcome(stream.local()) == Errc::not_connected);
        CHECK(outcome(stream.set(pier::Option::no_delay, 1)) == Errc::not_connected);
        CHECK(outcome(stream.get(pier::Option::no_delay)) == Errc::not_connected);
        stream.close();
        stream.abort();
    });
}

TEST_CASE("stream: a closed and a moved-from stream are empty") {
    Meeting meeting;
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            Stream other = std::move(stream);
            CHECK(!stream.valid());
            CHECK(other.valid());
            auto sent = co_await stream.send(bytes_of("x"), limit());
            CHECK(outcome(sent) == Errc::not_connected);
            auto sent_all = co_await other.send_all(bytes_of("y"), limit());
            CHECK(outcome(sent_all) == Errc::ok);
            other.close();
            CHECK(!other.valid());
            CHECK(other.peer() == pier::Endpoint());
            auto got = co_await other.receive(limit());
            CHECK(outcome(got) == Errc::not_connected);
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            Checksum sum = co_await receive_to_the_end(stream);
            CHECK(sum == checksum(bytes_of("y")));
        });
}
