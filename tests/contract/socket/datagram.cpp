// Datagrams: whole or not at all, each with its sender; what ICMP may and may not end.
#include "bytes.hpp"
#include "harness.hpp"
#include "open.hpp"

#include <pier/datagram.hpp>
#include <pier/sys/clock.hpp>

#include <array>
#include <vector>

using namespace contract;
using pier::Datagram;
using pier::Endpoint;
using pier::Family;

namespace {

Datagram open_loopback(Family family) { return open_datagram(Endpoint::loopback(family)); }

Datagram connect_to_peer(const Endpoint& peer) {
    auto connected = Datagram::connect(peer, Endpoint::loopback(peer.family()));
    REQUIRE(outcome(connected) == Errc::ok);
    return std::move(*connected);
}

// A loopback address where nobody listens: somebody did a moment ago, and the system hands ports out in turn.
Endpoint dead_end() { return open_datagram().local(); }

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

TEST_CASE("datagram: one that is longer than the buffer is truncated, says so, and the next is whole") {
    on_loop([]() -> Task<void> {
        Datagram here = open_datagram();
        Datagram there = open_datagram();
        for (std::string_view text : {"0123456789", "whole", "lost", "last"}) {
            auto sent = co_await here.send_to(bytes_of(text), there.local(), limit());
            REQUIRE(outcome(sent) == Errc::ok);
        }
        std::array<std::byte, 5> into{};
        auto cut = co_await there.receive(into, limit());
        REQUIRE(outcome(cut) == Errc::ok);
        CHECK(cut->size == 5);
        CHECK(cut->truncated);
        CHECK(cut->from == here.local());
        CHECK(text_of(into) == "01234");
        auto whole = co_await there.receive(into, limit());
        REQUIRE(outcome(whole) == Errc::ok);
        CHECK_FALSE(whole->truncated);
        CHECK(text_of(std::span(into).first(whole->size)) == "whole");
        std::array<std::byte, 1> small{};
        auto tiny = co_await there.receive(small, limit());
        REQUIRE(outcome(tiny) == Errc::ok);
        CHECK(tiny->truncated);
        CHECK(tiny->size == 1);
        auto last = co_await there.receive(into, limit());
        REQUIRE(outcome(last) == Errc::ok);
        CHECK(text_of(std::span(into).first(last->size)) == "last");
    });
}

TEST_CASE("datagram: the longest goes over whole, a longer one is refused") {
    on_loop([]() -> Task<void> {
        Datagram here = open_datagram();
        Datagram there = open_datagram();
        CHECK(outcome(there.set(pier::Option::receive_buffer, 200'000)) == Errc::ok);
        auto data = pattern(65'508);
        auto refused = co_await here.send_to(data, there.local(), limit());
        CHECK(outcome(refused) == Errc::message_size);
        auto sent = co_await here.send_to(std::span<const std::byte>(data).first(65'507), there.local(), limit());
        REQUIRE(outcome(sent) == Errc::ok);
        std::vector<std::byte> into(70'000);
        auto got = co_await there.receive(into, limit());
        REQUIRE(outcome(got) == Errc::ok);
        CHECK(got->size == 65'507);
        bool same = std::equal(into.begin(), into.begin() + 65'507, data.begin());
        CHECK(same);
    });
}

TEST_CASE("datagram: a connected socket hears its peer alone") {
    on_loop([]() -> Task<void> {
        Datagram peer = open_datagram();
        Datagram stranger = open_datagram();
        Datagram connected = connect_to_peer(peer.local());
        CHECK(connected.peer() == peer.local());
        auto foreign = co_await stranger.send_to(bytes_of("stranger"), connected.local(), limit());
        REQUIRE(outcome(foreign) == Errc::ok);
        auto own = co_await peer.send_to(bytes_of("peer"), connected.local(), limit());
        REQUIRE(outcome(own) == Errc::ok);
        std::array<std::byte, 100> into{};
        auto got = co_await connected.receive(into, limit());
        REQUIRE(outcome(got) == Errc::ok);
        CHECK(text_of(std::span(into).first(got->size)) == "peer");
        auto answered = co_await connected.send(bytes_of("back"), limit());
        REQUIRE(outcome(answered) == Errc::ok);
        auto back = co_await peer.receive(into, limit());
        REQUIRE(outcome(back) == Errc::ok);
        CHECK(back->from == connected.local());
        CHECK(text_of(std::span(into).first(back->size)) == "back");
    });
}

TEST_CASE("datagram: sends that can't be meant are refused alike everywhere") {
    on_loop([]() -> Task<void> {
        Datagram peer = open_datagram();
        Datagram free = open_datagram();
        Datagram connected = connect_to_peer(peer.local());
        auto nowhere = co_await free.send(bytes_of("x"), limit());
        CHECK(outcome(nowhere) == Errc::not_connected);
        auto elsewhere = co_await connected.send_to(bytes_of("x"), free.local(), limit());
        CHECK(outcome(elsewhere) == Errc::already_connected);
        auto no_port = co_await free.send_to(bytes_of("x"), peer.local().with_port(0), limit());
        CHECK(outcome(no_port) == Errc::invalid_argument);
        auto family = co_await free.send_to(bytes_of("x"), Endpoint::loopback(Family::ipv6, 9), limit());
        CHECK(outcome(family) == Errc::invalid_argument);
        CHECK(outcome(Datagram::connect(peer.local().with_port(0))) == Errc::invalid_argument);
        CHECK(outcome(Datagram::open(peer.local())) == Errc::address_in_use);
        Datagram none;
        CHECK(none.peer() == Endpoint());
        auto closed = co_await none.send(bytes_of("x"), limit());
        CHECK(outcome(closed) == Errc::not_connected);
        // The socket is as good as before.
        auto sent = co_await free.send_to(bytes_of("good"), peer.local(), limit());
        CHECK(outcome(sent) == Errc::ok);
        std::array<std::byte, 10> into{};
        auto got = co_await peer.receive(into, limit());
        REQUIRE(outcome(got) == Errc::ok);
        CHECK(got->size == 4);
    });
}

TEST_CASE("datagram: an unreachable port does not end the receives of a socket without a peer") {
    on_loop([]() -> Task<void> {
        Datagram here = open_datagram();
        Datagram there = open_datagram();
        Endpoint dead = dead_end();
        for (int i = 0; i < 3; ++i) {
            auto lost = co_await here.send_to(bytes_of("lost"), dead, limit());
            CHECK(outcome(lost) == Errc::ok);
        }
        std::array<std::byte, 10> into{};
        auto quiet = co_await here.receive(into, after(50ms));
        CHECK(outcome(quiet) == Errc::timed_out);
        auto sent = co_await there.send_to(bytes_of("good"), here.local(), limit());
        REQUIRE(outcome(sent) == Errc::ok);
        auto got = co_await here.receive(into, limit());
        REQUIRE(outcome(got) == Errc::ok);
        CHECK(text_of(std::span(into).first(got->size)) == "good");
    });
}

TEST_CASE("datagram: an unreachable port refuses a connected socket, which stays usable") {
    on_loop([]() -> Task<void> {
        Endpoint address = dead_end();
        Datagram connected = connect_to_peer(address);
        std::array<std::byte, 10> into{};
        Errc told = Errc::ok;
        // Which call is told is the system's matter, and under Wine an attempt to receive takes the news to itself.
        for (int i = 0; i < 3 && told != Errc::connection_refused; ++i) {
            for (int j = 0; j < 2 && told != Errc::connection_refused; ++j) {
                auto sent = co_await connected.send(bytes_of("anybody?"), limit());
                told = outcome(sent);
            }
            if (told == Errc::connection_refused) break;
            auto got = co_await connected.receive(into, after(100ms));
            told = outcome(got);
        }
        CHECK(told == Errc::connection_refused);
        // Somebody comes.
        Datagram peer = open_datagram(address);
        auto sent = co_await peer.send_to(bytes_of("here"), connected.local(), limit());
        REQUIRE(outcome(sent) == Errc::ok);
        auto heard = co_await connected.receive(into, limit());
        for (int i = 0; i < 2 && outcome(heard) == Errc::connection_refused; ++i) {
            heard = co_await connected.receive(into, limit());
        }
        REQUIRE(outcome(heard) == Errc::ok);
        CHECK(text_of(std::span(into).first(heard->size)) == "here");
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
