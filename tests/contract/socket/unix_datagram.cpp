// Unix-domain datagrams: whole, in order, never lost, and with the sender's name.
#include "unix.hpp"

#include "open.hpp"

#include <array>
#include <vector>

using namespace contract;
using pier::Datagram;
using pier::Endpoint;

namespace {

bool without_datagrams() { return without_unix(pier::spi::SocketKind::datagram); }

Endpoint unnamed() { return Endpoint::any(pier::Family::unix_domain); }

Datagram connected(const Endpoint& peer, const Endpoint& local = {}) {
    auto socket = Datagram::connect(peer, local);
    REQUIRE(outcome(socket) == Errc::ok);
    return std::move(*socket);
}

Task<std::string> next(const Datagram& socket, Endpoint* from = nullptr) {
    std::array<std::byte, 100> into{};
    auto got = co_await socket.receive(into, limit());
    REQUIRE(outcome(got) == Errc::ok);
    if (from != nullptr) *from = got->from;
    co_return std::string(text_of(std::span(into).first(got->size)));
}

}  // namespace

TEST_CASE("unix datagram: there and back by paths, and by names that the system has chosen") {
    if (without_datagrams()) return;
    on_loop([]() -> Task<void> {
        const UnixPlace place;
        Datagram server = open_datagram(place.at());
        CHECK(server.local() == place.at());
        std::vector<Datagram> clients;
        clients.push_back(open_datagram(place.at("client")));
        clients.push_back(open_datagram(unnamed()));
        clients.push_back(connected(place.at()));
        for (Datagram& client : clients) {
            CHECK(client.local().is_complete());
            const bool has_peer = client.peer().is_unix();
            auto sent = has_peer ? Errc::ok : Errc::not_connected;
            if (has_peer) {
                auto told = co_await client.send(bytes_of("question"), limit());
                sent = outcome(told);
            } else {
                auto told = co_await client.send_to(bytes_of("question"), place.at(), limit());
                sent = outcome(told);
            }
            CHECK(sent == Errc::ok);
            Endpoint from;
            const std::string question = co_await next(server, &from);
            CHECK(question == "question");
            CHECK(from == client.local());
            auto answered = co_await server.send_to(bytes_of("answer"), from, limit());
            CHECK(outcome(answered) == Errc::ok);
            Endpoint answerer;
            const std::string answer = co_await next(client, &answerer);
            CHECK(answer == "answer");
            CHECK(answerer == place.at());
        }
        clients.clear();
        server.close();
        CHECK(place.is_empty());
    });
}

TEST_CASE("unix datagram: nobody there is told, and a name without one is refused") {
    if (without_datagrams()) return;
    on_loop([]() -> Task<void> {
        const UnixPlace place;
        Datagram socket = open_datagram(place.at());
        auto missing = co_await socket.send_to(bytes_of("x"), place.at("missing"), limit());
        CHECK(outcome(missing) == Errc::file_not_found);
        auto nameless = co_await socket.send_to(bytes_of("x"), unnamed(), limit());
        CHECK(outcome(nameless) == Errc::invalid_argument);
        auto other_family = co_await socket.send_to(bytes_of("x"), Endpoint::loopback(pier::Family::ipv4, 9), limit());
        CHECK(outcome(other_family) == Errc::invalid_argument);
        auto gone = pier::Datagram::open(place.at("gone"));
        REQUIRE(outcome(gone) == Errc::ok);
        Datagram client = connected(place.at("gone"));
        gone->close();
        auto refused = co_await client.send(bytes_of("x"), limit());
        CHECK(outcome(refused) == Errc::connection_refused);
        const std::vector<std::byte> huge(8 << 20);
        auto too_long = co_await socket.send_to(huge, place.at(), limit());
        CHECK(outcome(too_long) == Errc::message_size);
    });
}

TEST_CASE("unix datagram: a full queue is told to a socket without a peer, and waited for by one with a peer") {
    if (without_datagrams()) return;
    on_loop([]() -> Task<void> {
        const UnixPlace place;
        Datagram server = open_datagram(place.at());
        Datagram sender = open_datagram(place.at("sender"));
        Errc last = Errc::ok;
        int sent = 0;
        // net.unix.max_dgram_qlen is 10 by default, and 512 on some systems.
        while (last == Errc::ok && sent < 10'000) {
            auto told = co_await sender.send_to(bytes_of("x"), place.at(), limit());
            last = outcome(told);
            if (told) ++sent;
        }
        CHECK(last == Errc::no_buffer_space);
        Datagram waiter = connected(place.at(), place.at("waiter"));
        auto late = co_await waiter.send(bytes_of("y"), after(20ms));
        CHECK(outcome(late) == Errc::timed_out);
        for (int i = 0; i < sent; ++i) {
            const std::string text = co_await next(server);
            CHECK(text == "x");
        }
        auto now = co_await waiter.send(bytes_of("y"), limit());
        CHECK(outcome(now) == Errc::ok);
        const std::string text = co_await next(server);
        CHECK(text == "y");
    });
}

TEST_CASE("unix datagram: a send that waits goes on when the receiver has made room") {
    if (without_datagrams()) return;
    if (one_at_a_time()) return skip("one operation at a time");
    on_loop([]() -> Task<void> {
        const UnixPlace place;
        Datagram server = open_datagram(place.at());
        Datagram sender = connected(place.at());
        int sent = 0;
        constexpr int count = 2000;
        auto send_all = [&]() -> Task<void> {
            for (; sent < count; ++sent) {
                const std::string text = std::to_string(sent);
                auto told = co_await sender.send(bytes_of(text), limit());
                REQUIRE(outcome(told) == Errc::ok);
            }
        };
        pier::TaskScope scope;
        scope.spawn(send_all());
        co_await turns(100);  // one waits, and is tried more than once
        for (int i = 0; i < count; ++i) {
            const std::string text = co_await next(server);
            CHECK(text == std::to_string(i));
        }
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(sent == count);
    });
}

TEST_CASE("unix datagram: boundaries, truncation, a deadline and a cancel are as over UDP") {
    if (without_datagrams()) return;
    on_loop([]() -> Task<void> {
        const UnixPlace place;
        Datagram here = open_datagram(place.at());
        Datagram there = connected(place.at());
        std::array<std::byte, 4> into{};
        auto late = co_await here.receive(into, after(20ms));
        CHECK(outcome(late) == Errc::timed_out);
        for (std::string_view text : {"", "four", "longer"}) {
            auto sent = co_await there.send(bytes_of(text), limit());
            REQUIRE(outcome(sent) == Errc::ok);
            auto got = co_await here.receive(into, limit());
            REQUIRE(outcome(got) == Errc::ok);
            CHECK(text_of(std::span(into).first(got->size)) == text.substr(0, 4));
            CHECK(got->truncated == (text.size() > into.size()));
        }
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
        auto sent = co_await there.send(bytes_of("last"), limit());
        CHECK(outcome(sent) == Errc::ok);
        const std::string last = co_await next(here);
        CHECK(last == "last");
    });
}
