// What comes before anybody asks for it: some engines leave it in the system, others have it already.
#include "bytes.hpp"
#include "hello.hpp"
#include "pair.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <optional>
#include <string_view>
#include <thread>
#include <vector>

using namespace contract;
using pier::Stream;

namespace {

constexpr std::string_view resets = "Wine 8 tells of a reset only to an overlapped receive that was waiting for it";

}  // namespace

TEST_CASE("ahead: what came unasked is received in order, in whatever way it is asked for") {
    auto data = pattern(3'000'000);
    Meeting meeting;
    Signal greeted;
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            co_await say_hello(stream);
            co_await greeted.wait();
            std::size_t size = 1;
            for (std::span<const std::byte> rest(data); !rest.empty(); size = size * 2 % 99'991) {
                auto piece = rest.first(std::min(size, rest.size()));
                auto sent = co_await stream.send_all(piece, limit());
                REQUIRE(outcome(sent) == Errc::ok);
                rest = rest.subspan(piece.size());
                if (size < 100) co_await next_turn();
            }
            CHECK(outcome(stream.finish()) == Errc::ok);
            (void)co_await stream.receive(limit());
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            co_await receive_hello(stream);
            greeted.set();
            co_await turns(20);
            std::vector<std::byte> all;
            auto add = [&](std::span<const std::byte> bytes) { all.insert(all.end(), bytes.begin(), bytes.end()); };
            bool ended = false;
            for (int way = 0; !ended; ++way) {
                if (way % 3 == 0) {
                    auto lent = co_await stream.receive(limit());
                    REQUIRE(outcome(lent) == Errc::ok);
                    ended = lent->empty();
                    add(*lent);
                } else if (way % 3 == 1) {
                    std::array<std::byte, 7> own{};
                    auto count = co_await stream.receive(own, limit());
                    REQUIRE(outcome(count) == Errc::ok);
                    ended = *count == 0;
                    add(std::span(own).first(*count));
                } else {
                    std::array<std::byte, 3> one{};
                    std::array<std::byte, 4000> other{};
                    const pier::Buffer pieces[] = {{one.data(), one.size()}, {other.data(), other.size()}};
                    auto count = co_await stream.receive(std::span(pieces), limit());
                    REQUIRE(outcome(count) == Errc::ok);
                    ended = *count == 0;
                    add(std::span(one).first(std::min<std::size_t>(*count, 3)));
                    if (*count > 3) add(std::span(other).first(*count - 3));
                }
                if (way % 50 == 0) co_await turns(1);
            }
            CHECK(checksum(all) == checksum(data));
        });
}

TEST_CASE("ahead: the end that came unasked is told after the data, and for ever") {
    Meeting meeting;
    Signal greeted;
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            co_await say_hello(stream);
            co_await greeted.wait();
            auto sent = co_await stream.send_all(bytes_of("bye"), limit());
            CHECK(outcome(sent) == Errc::ok);
            CHECK(outcome(stream.finish()) == Errc::ok);
            auto end = co_await stream.receive(limit());
            REQUIRE(outcome(end) == Errc::ok);
            CHECK(end->empty());
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            co_await receive_hello(stream);
            greeted.set();
            co_await turns(20);
            std::array<std::byte, 8> own{};
            auto count = co_await stream.receive_exactly(std::span(own).first(3), limit());
            CHECK(outcome(count) == Errc::ok);
            CHECK(text_of(std::span(own).first(3)) == "bye");
            for (int i = 0; i < 2; ++i) {
                auto end = co_await stream.receive(limit());
                REQUIRE(outcome(end) == Errc::ok);
                CHECK(end->empty());
                auto none = co_await stream.receive(own, limit());
                REQUIRE(outcome(none) == Errc::ok);
                CHECK(*none == 0);
            }
        });
}

TEST_CASE("ahead: closing with input that came unasked tells the peer") {
    if (under_wine_8()) return skip(resets);
    Meeting meeting;
    Signal sent_more;
    Signal greeted;
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            co_await receive_hello(stream);
            greeted.set();
            co_await sent_more.wait();
            co_await turns(20);
            stream.close();
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            co_await say_hello(stream);
            co_await greeted.wait();
            co_await say_hello(stream);
            sent_more.set();
            auto got = co_await stream.receive(limit());
            CHECK(outcome(got) == Errc::connection_reset);
        });
}

TEST_CASE("ahead: a reset that came unasked is told to the next send, and to the receives") {
    if (under_wine_8()) return skip(resets);
    Meeting meeting;
    Signal greeted;
    Signal aborted;
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            co_await say_hello(stream);
            co_await greeted.wait();
            stream.abort();
            aborted.set();
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            co_await receive_hello(stream);
            greeted.set();
            co_await aborted.wait();
            co_await turns(20);
            Errc failure = co_await send_until_it_fails(stream);
            CHECK(failure == Errc::connection_reset);
            auto got = co_await stream.receive(limit());
            CHECK(outcome(got) == Errc::connection_reset);
        });
}

TEST_CASE("ahead: a receive that is given up takes nothing from the next") {
    Meeting meeting;
    Signal greeted;
    Signal given_up;
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            co_await say_hello(stream);
            co_await given_up.wait();
            co_await say_hello(stream);
            auto end = co_await stream.receive(limit());
            CHECK(outcome(end) == Errc::ok);
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            co_await receive_hello(stream);
            for (int i = 0; i < 3; ++i) {
                auto late = co_await stream.receive(after(1ms));
                CHECK(outcome(late) == Errc::timed_out);
                std::array<std::byte, 8> own{};
                auto later = co_await stream.receive(own, after(1ms));
                CHECK(outcome(later) == Errc::timed_out);
            }
            given_up.set();
            co_await receive_hello(stream);
        });
}

TEST_CASE("ahead: streams live on in runs on other threads, with what came in between") {
    auto loop = make_loop();
    std::optional<Pair> pair;
    auto meet = [&]() -> Task<void> {
        pair.emplace(co_await connect_pair());
        for (int i = 0; i < 2; ++i) {
            co_await say_hello(pair->client);
            co_await receive_hello(pair->server);
        }
        co_await say_hello(pair->client);
        co_await turns(5);
    };
    auto go_on = [&]() -> Task<void> {
        co_await receive_hello(pair->server);
        co_await say_hello(pair->server);
        co_await receive_hello(pair->client);
        co_await say_hello(pair->client);
        co_await turns(5);
    };
    auto part = [&]() -> Task<void> {
        co_await receive_hello(pair->server);
        pair.reset();
        co_await turns(1);
    };
    loop->run(meet());
    std::exception_ptr failure;
    std::thread([&] {
        try {
            loop->run(go_on());
        } catch (...) {
            failure = std::current_exception();
        }
    }).join();
    if (failure) std::rethrow_exception(failure);
    loop->run(part());
}
