// Datagrams: whole or not at all, each with its sender; what ICMP may and may not end.
#include "bytes.hpp"
#include "harness.hpp"
#include "open.hpp"

#include <pier/datagram.hpp>
#include <pier/sys/clock.hpp>

#include <array>

using namespace contract;
using pier::Datagram;
using pier::Endpoint;
using pier::Family;

namespace {

Datagram open_loopback(Family family) { return open_datagram(Endpoint::loopback(family)); }

}  // namespace

TEST_CASE("datagram: there and back, with the sender's name, over IPv4 and IPv6") {
    on_loop([]() -> Task<void> {
        for (Family family : {Family::ipv4, Family::ipv6}) {
            Datagram here = open_loopback(family);
            Datagram there = open_loopback(family);
            CHECK(here.local().port() != 0);
            auto asked = co_await here.send_to(bytes_of("question"), there.local(), limit());
            REQUIRE(outcome(asked) == Errc::ok);
            std::array<std::byte, 100> into{};
            auto question = co_await there.receive(into, limit());
            REQUIRE(outcome(question) == Errc::ok);
            CHECK(question->size == 8);
            CHECK(question->from == here.local());
            CHECK_FALSE(question->truncated);
            CHECK(text_of(std::span(into).first(question->size)) == "question");
            auto answered = co_await there.send_to(bytes_of("answer"), question->from, limit());
            REQUIRE(outcome(answered) == Errc::ok);
            auto answer = co_await here.receive(into, limit());
            REQUIRE(outcome(answer) == Errc::ok);
            CHECK(answer->from == there.local());
            CHECK(text_of(std::span(into).first(answer->size)) == "answer");
        }
    });
}

TEST_CASE("datagram: IPv4 in IPv6 form is refused, since the socket would take IPv6 only") {
    on_loop([]() -> Task<void> {
        auto mapped = Endpoint::parse("[::ffff:127.0.0.1]:7000");
        REQUIRE(outcome(mapped) == Errc::ok);
        CHECK(outcome(Datagram::open(*mapped)) == Errc::mapped_address);
        CHECK(outcome(Datagram::connect(*mapped)) == Errc::mapped_address);
        co_return;
    });
}

TEST_CASE("datagram: boundaries are kept, also those of empty ones") {
    on_loop([]() -> Task<void> {
        Datagram here = open_datagram();
        Datagram there = open_datagram();
        auto data = pattern(1000);
        constexpr std::array<std::size_t, 6> sizes = {1, 0, 999, 0, 1000, 3};
        for (std::size_t size : sizes) {
            auto sent = co_await here.send_to(std::span<const std::byte>(data).first(size), there.local(), limit());
            REQUIRE(outcome(sent) == Errc::ok);
        }
        for (std::size_t size : sizes) {
            std::array<std::byte, 1500> into{};
            auto got = co_await there.receive(into, limit());
            REQUIRE(outcome(got) == Errc::ok);
            CHECK(got->size == size);
            CHECK(got->from == here.local());
            CHECK_FALSE(got->truncated);
            bool same = std::equal(into.begin(), into.begin() + static_cast<std::ptrdiff_t>(size), data.begin());
            CHECK(same);
        }
    });
}

TEST_CASE("datagram: a receive has a deadline and can be cancelled, and the next datagram is not lost") {
    on_loop([]() -> Task<void> {
        Datagram here = open_datagram();
        Datagram there = open_datagram();
        std::array<std::byte, 10> into{};
        pier::Time before = pier::sys::now();
        auto late = co_await here.receive(into, after(20ms));
        CHECK(outcome(late) == Errc::timed_out);
        CHECK(pier::sys::now() - before >= 20ms);
        Errc ended = Errc::ok;
        auto receiving = [&]() -> Task<void> {
            auto got = co_await here.receive(into, limit());
            ended = outcome(got);
        };
        pier::TaskScope scope;
        scope.spawn(receiving());
        co_await turns();
        scope.cancel();
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(ended == Errc::operation_canceled);
        auto sent = co_await there.send_to(bytes_of("good"), here.local(), limit());
        REQUIRE(outcome(sent) == Errc::ok);
        auto got = co_await here.receive(into, limit());
        REQUIRE(outcome(got) == Errc::ok);
        CHECK(text_of(std::span(into).first(got->size)) == "good");
    });
}

TEST_CASE("datagram: closing ends a pending receive") {
    if (one_at_a_time()) return skip("one operation at a time");
    on_loop([]() -> Task<void> {
        Datagram here = open_datagram();
        std::array<std::byte, 10> into{};
        Errc ended = Errc::ok;
        auto receiving = [&]() -> Task<void> {
            auto got = co_await here.receive(into, limit());
            ended = outcome(got);
        };
        pier::TaskScope scope;
        scope.spawn(receiving());
        co_await turns();
        here.close();
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(ended == Errc::operation_canceled);
    });
}

TEST_CASE("datagram: several receives wait, and are served in order") {
    if (one_at_a_time()) return skip("one operation at a time");
    on_loop([]() -> Task<void> {
        Datagram here = open_datagram();
        Datagram there = open_datagram();
        constexpr int count = 5;
        std::string order;
        auto receiving = [&](char name) -> Task<void> {
            std::array<std::byte, 10> into{};
            auto got = co_await here.receive(into, limit());
            REQUIRE(outcome(got) == Errc::ok);
            order += name;
            order += text_of(std::span(into).first(got->size));
        };
        pier::TaskScope scope;
        for (int i = 0; i < count; ++i) {
            scope.spawn(receiving(static_cast<char>('a' + i)));
            co_await turns(1);
        }
        for (int i = 0; i < count; ++i) {
            std::string text(1, static_cast<char>('1' + i));
            auto sent = co_await there.send_to(bytes_of(text), here.local(), limit());
            REQUIRE(outcome(sent) == Errc::ok);
        }
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(order == "a1b2c3d4e5");
    });
}

TEST_CASE("datagram: ten thousand in a row, none lost, none twice") {
    on_loop([]() -> Task<void> {
        Datagram here = open_datagram();
        Datagram there = open_datagram();
        const int count = under_wine() ? 1'000 : 10'000;
        int good = 0;
        for (int i = 0; i < count; ++i) {
            std::string text = std::to_string(i);
            auto sent = co_await here.send_to(bytes_of(text), there.local(), limit());
            REQUIRE(outcome(sent) == Errc::ok);
            std::array<std::byte, 10> into{};
            auto got = co_await there.receive(into, limit());
            REQUIRE(outcome(got) == Errc::ok);
            if (text_of(std::span(into).first(got->size)) == text) ++good;
        }
        CHECK(good == count);
    });
}
