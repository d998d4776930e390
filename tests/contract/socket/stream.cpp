// Bytes over a stream: all of them, in order, whatever their number.
#include "bytes.hpp"
#include "harness.hpp"

#include <algorithm>
#include <array>

using namespace contract;
using pier::Buffer;
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

TEST_CASE("stream: more pieces than the system takes at once are a short transfer") {
    Meeting meeting;
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            std::array<std::byte, 20> data{};
            std::array<Buffer, 20> pieces;
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
