// Ending operations from outside: by their scope, by closing, by the deadline of a send.
#include "bytes.hpp"
#include "harness.hpp"

#include <array>

using namespace contract;
using pier::Stream;

namespace {

Task<Checksum> receive_to_the_end(Stream& stream) {
    Checksum sum;
    for (;;) {
        auto got = co_await stream.receive(limit());
        REQUIRE(outcome(got) == Errc::ok);
        if (got->empty()) co_return sum;
        sum.add(*got);
    }
}

}  // namespace

TEST_CASE("cancel: when it meets the data, no byte is lost") {
    constexpr std::size_t rounds = 500;
    auto data = pattern(rounds);
    Meeting meeting;
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            Checksum sum;
            auto receiving = [&]() -> Task<void> {
                std::array<std::byte, 16> into{};
                auto got = co_await stream.receive(into, limit());
                if (got) sum.add(std::span(into).first(*got));
                bool expected = got || outcome(got) == Errc::operation_canceled;
                CHECK(expected);
            };
            for (std::size_t round = 0; round < rounds; ++round) {
                pier::TaskScope scope;
                scope.spawn(receiving());
                if (round % 2 == 0) co_await turns(1);
                // The byte asked for now comes at any moment around the cancel.
                auto asked = co_await stream.send_all(bytes_of("?"), limit());
                if (outcome(asked) != Errc::one_operation_at_a_time) REQUIRE(outcome(asked) == Errc::ok);
                if (round % 3 == 0) co_await turns(1);
                scope.cancel();
                auto joined = co_await scope.join(limit());
                CHECK(outcome(joined) == Errc::ok);
                if (outcome(asked) == Errc::one_operation_at_a_time) {
                    asked = co_await stream.send_all(bytes_of("?"), limit());
                    REQUIRE(outcome(asked) == Errc::ok);
                }
            }
            CHECK(outcome(stream.finish()) == Errc::ok);
            co_await receive_to_end(stream, sum);
            CHECK(sum.size() == rounds);
            CHECK(sum == checksum(data));
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            std::span<const std::byte> rest(data);
            for (;;) {
                std::array<std::byte, 1> question{};
                auto got = co_await stream.receive(question, limit());
                REQUIRE(outcome(got) == Errc::ok);
                if (*got == 0) break;
                auto sent = co_await stream.send_all(rest.first(1), limit());
                REQUIRE(outcome(sent) == Errc::ok);
                rest = rest.subspan(1);
            }
        });
}

TEST_CASE("cancel: a send_all that was ended half-way poisons the sending side") {
    auto data = pattern(16 << 20);
    Meeting meeting;
    Signal over;
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            Errc result = Errc::ok;
            auto sending = [&]() -> Task<void> {
                auto sent = co_await stream.send_all(data, limit());
                result = outcome(sent);
            };
            pier::TaskScope scope;
            scope.spawn(sending());
            co_await turns(20);
            scope.cancel();
            auto joined = co_await scope.join(limit());
            CHECK(outcome(joined) == Errc::ok);
            CHECK(result == Errc::operation_canceled);
            auto sent = co_await stream.send(bytes_of("x"), limit());
            CHECK(outcome(sent) == Errc::broken_pipe);
            auto all = co_await stream.send_all(bytes_of("x"), limit());
            CHECK(outcome(all) == Errc::broken_pipe);
            // The other direction is not concerned.
            over.set();
            std::array<std::byte, 5> into{};
            auto got = co_await stream.receive_exactly(into, limit());
            CHECK(outcome(got) == Errc::ok);
            CHECK(text_of(into) == "still");
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            co_await over.wait();
            auto sent = co_await stream.send_all(bytes_of("still"), limit());
            CHECK(outcome(sent) == Errc::ok);
            Checksum sum;
            for (;;) {
                auto got = co_await stream.receive(limit());
                if (!got || got->empty()) break;
                sum.add(*got);
            }
            CHECK(sum.size() < data.size());
            CHECK(sum == checksum(std::span(data).first(sum.size())));
        });
}

TEST_CASE("cancel: a send tells exactly what it sent, even when it is ended") {
    auto data = pattern(1 << 20);
    Meeting meeting;
    std::size_t told = 0;
    Signal stalled;
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            // Until one has to wait for the peer, and is ended by its deadline.
            Errc result = Errc::ok;
            for (int i = 0; i < 200 && result == Errc::ok; ++i) {
                auto sent = co_await stream.send(data, after(50ms));
                if (sent) told += *sent;
                result = outcome(sent);
            }
            bool ended = result == Errc::timed_out || result == Errc::broken_pipe;
            CAPTURE(result);
            CHECK(ended);
            CHECK(outcome(stream.finish()) == Errc::ok);
            stalled.set();
            auto end = co_await stream.receive(limit());
            CHECK(outcome(end) == Errc::ok);
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            co_await stalled.wait();
            Checksum sum = co_await receive_to_the_end(stream);
            CHECK(sum.size() == told);
        });
}

TEST_CASE("cancel: nothing follows a send of which nobody can tell what it sent") {
    auto piece = pattern(4096);
    Meeting meeting;
    std::size_t told = 0;
    bool goes_on = false;
    Signal stalled;
    Signal read;
    Signal counted;
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            // Small ones, so that the last finds no room at all.
            Errc result = Errc::ok;
            for (int i = 0; i < 20'000 && result == Errc::ok; ++i) {
                auto sent = co_await stream.send(piece, after(50ms));
                if (sent) told += *sent;
                result = outcome(sent);
            }
            bool ended = result == Errc::timed_out || result == Errc::broken_pipe;
            CAPTURE(result);
            CHECK(ended);
            stalled.set();
            co_await read.wait();  // there is room again
            auto sent = co_await stream.send(bytes_of("x"), limit());
            goes_on = sent.has_value();
            if (goes_on) told += *sent;
            bool good = goes_on ? !sends_in_the_system() : outcome(sent) == Errc::broken_pipe;
            CAPTURE(outcome(sent));
            CHECK(good);
            counted.set();
            CHECK(outcome(stream.finish()) == Errc::ok);
            auto end = co_await stream.receive(limit());
            CHECK(outcome(end) == Errc::ok);
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            co_await stalled.wait();
            Checksum sum;
            while (sum.size() < piece.size()) {
                auto got = co_await stream.receive(limit());
                REQUIRE(outcome(got) == Errc::ok);
                REQUIRE(!got->empty());
                sum.add(*got);
            }
            read.set();
            co_await receive_to_end(stream, sum);
            co_await counted.wait();
            CHECK(sum.size() >= told);
            if (goes_on) CHECK(sum.size() == told);
        });
}

TEST_CASE("cancel: a task of a cancelled scope starts nothing") {
    Meeting meeting;
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            pier::TaskScope scope;
            scope.cancel();
            CHECK(scope.cancelled());
            int ended = 0;
            auto task = [&]() -> Task<void> {
                auto sent = co_await stream.send_all(bytes_of("never"), limit());
                CHECK(outcome(sent) == Errc::operation_canceled);
                auto got = co_await stream.receive(limit());
                CHECK(outcome(got) == Errc::operation_canceled);
                auto slept = co_await pier::sleep(after(1h));
                CHECK(outcome(slept) == Errc::operation_canceled);
                pier::Event event;
                auto came = co_await event.wait(limit());
                CHECK(outcome(came) == Errc::operation_canceled);
                auto other = co_await Stream::connect(stream.peer(), limit());
                CHECK(outcome(other) == Errc::operation_canceled);
                ++ended;
            };
            scope.spawn(task());
            auto joined = co_await scope.join(limit());
            CHECK(outcome(joined) == Errc::ok);
            CHECK(ended == 1);
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            Checksum sum = co_await receive_to_the_end(stream);
            CHECK(sum.size() == 0);
        });
}

TEST_CASE("cancel: under a Shield operations go on") {
    Meeting meeting;
    Signal cancelled;
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            std::string said;
            auto task = [&]() -> Task<void> {
                auto first = co_await stream.receive(limit());
                CHECK(outcome(first) == Errc::operation_canceled);
                {
                    pier::Shield shield;
                    auto sent = co_await stream.send_all(bytes_of("farewell"), limit());
                    CHECK(outcome(sent) == Errc::ok);
                    cancelled.set();
                    auto got = co_await stream.receive(limit());
                    REQUIRE(outcome(got) == Errc::ok);
                    said = text_of(*got);
                }
                auto last = co_await stream.receive(limit());
                CHECK(outcome(last) == Errc::operation_canceled);
            };
            pier::TaskScope scope;
            scope.spawn(task());
            co_await turns();
            scope.cancel();
            auto joined = co_await scope.join(limit());
            CHECK(outcome(joined) == Errc::ok);
            CHECK(said == "good bye");
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            std::array<std::byte, 8> into{};
            auto got = co_await stream.receive_exactly(into, limit());
            CHECK(outcome(got) == Errc::ok);
            CHECK(text_of(into) == "farewell");
            co_await cancelled.wait();
            auto sent = co_await stream.send_all(bytes_of("good bye"), limit());
            CHECK(outcome(sent) == Errc::ok);
            (void)co_await stream.receive(limit());
        });
}
