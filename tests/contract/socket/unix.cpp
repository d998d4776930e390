// Unix-domain streams: the contract of streams, by names instead of addresses.
#include "unix.hpp"

#include "open.hpp"
#include "pair.hpp"

#include <pier/datagram.hpp>

#include <array>
#include <vector>

using namespace contract;
using pier::Endpoint;
using pier::Listener;
using pier::Stream;

namespace {

bool has_abstract_names() { return settings().system == "linux"; }

Endpoint abstract(const std::string& name) {
    auto endpoint = Endpoint::unix_abstract("pier-" + std::to_string(pier::sys::process_id()) + "-" + name);
    REQUIRE(outcome(endpoint) == Errc::ok);
    return *endpoint;
}

// 4 MiB there, and as much back, at the same time.
void exchange(const Endpoint& at) {
    Meeting meeting(at, {});
    const auto data = pattern(4 << 20);
    const Checksum expected = checksum(data);
    both(
        [&]() -> Task<void> {
            Stream server = co_await meeting.serve();
            Checksum sum;
            co_await receive_to_end(server, sum);
            CHECK(sum == expected);
            auto sent = co_await server.send_all(data, limit());
            CHECK(outcome(sent) == Errc::ok);
            CHECK(outcome(server.finish()) == Errc::ok);
            auto end = co_await server.receive(limit());
            CHECK(outcome(end) == Errc::ok);
        },
        [&]() -> Task<void> {
            Stream client = co_await meeting.connect();
            auto sent = co_await client.send_all(data, limit());
            CHECK(outcome(sent) == Errc::ok);
            CHECK(outcome(client.finish()) == Errc::ok);
            Checksum sum;
            co_await receive_to_end(client, sum);
            CHECK(sum == expected);
        });
}

}  // namespace

TEST_CASE("unix: a system without them says so") {
    on_loop([]() -> Task<void> {
        const UnixPlace place;
        const Errc expected = unix_support();
        auto listener = Listener::open(place.at());
        CHECK(outcome(listener) == expected);
        if (expected != Errc::ok) {
            CHECK(expected == Errc::address_family_not_supported);
            auto client = co_await Stream::connect(place.at(), limit());
            CHECK(outcome(client) == expected);
            CHECK(place.is_empty());
        }
        const Errc of_datagrams = unix_support(pier::spi::SocketKind::datagram);
        auto datagram = pier::Datagram::open(place.at("datagrams"));
        CHECK(outcome(datagram) == of_datagrams);
        if (of_datagrams != Errc::ok) CHECK(of_datagrams == Errc::address_family_not_supported);
        if (!has_abstract_names()) {
            CHECK(outcome(Listener::open(abstract("refused"))) == Errc::address_family_not_supported);
            auto client = co_await Stream::connect(abstract("refused"), limit());
            CHECK(outcome(client) == Errc::address_family_not_supported);
        }
    });
}

TEST_CASE("unix: 4 MiB there and back through a path, and the file goes with the listener") {
    if (without_unix()) return;
    const UnixPlace place;
    exchange(place.at());
    CHECK(place.is_empty());
}

TEST_CASE("unix: 4 MiB there and back through an abstract name") {
    if (without_unix() || !has_abstract_names()) return;
    exchange(abstract("exchange"));
}

TEST_CASE("unix: both ends have names, and the client's is none") {
    if (without_unix()) return;
    on_loop([]() -> Task<void> {
        const UnixPlace place;
        Listener listener = open_listener(place.at());
        CHECK(listener.local() == place.at());
        Pair pair = co_await connect_pair(listener);
        CHECK(pair.client.peer() == place.at());
        CHECK(pair.server.peer() == Endpoint::any(pier::Family::unix_domain));
        CHECK(pair.server.peer().to_string() == "unix:");
        auto server = pair.server.local();
        REQUIRE(outcome(server) == Errc::ok);
        CHECK(*server == place.at());
        // What TCP alone has is refused, and does not harm.
        CHECK(outcome(pair.client.set(pier::Option::no_delay, 1)) != Errc::ok);
        auto sent = co_await pair.client.send_all(bytes_of("well"), limit());
        CHECK(outcome(sent) == Errc::ok);
        auto got = co_await pair.server.receive(limit());
        REQUIRE(outcome(got) == Errc::ok);
        CHECK(text_of(*got) == "well");
    });
}

TEST_CASE("unix: a listener needs a name, and nobody shares one") {
    on_loop([]() -> Task<void> {
        const UnixPlace place;
        CHECK(outcome(Listener::open(Endpoint::any(pier::Family::unix_domain))) == Errc::invalid_argument);
        CHECK(outcome(Listener::open(place.at(), {.share_port = true})) == Errc::not_supported);
        auto nowhere = co_await Stream::connect(Endpoint::any(pier::Family::unix_domain), limit());
        const bool refused =
            outcome(nowhere) == Errc::invalid_argument || outcome(nowhere) == Errc::address_family_not_supported;
        CHECK(refused);
        CHECK(place.is_empty());
    });
}

TEST_CASE("unix: where nobody listens the connect says why, at once") {
    if (without_unix()) return;
    on_loop([]() -> Task<void> {
        const UnixPlace place;
        auto missing = co_await Stream::connect(place.at(), limit());
        const bool told = outcome(missing) == Errc::file_not_found || outcome(missing) == Errc::connection_refused;
        CHECK(told);
        if (has_abstract_names()) {
            auto nobody = co_await Stream::connect(abstract("nobody"), limit());
            CHECK(outcome(nobody) == Errc::connection_refused);
        }
        if (unix_support(pier::spi::SocketKind::datagram) == Errc::ok) {
            pier::Datagram other = open_datagram(place.at("datagrams"));
            auto of_other_kind = co_await Stream::connect(place.at("datagrams"), limit());
            CHECK(outcome(of_other_kind) == Errc::protocol_error);
        }
    });
}

TEST_CASE("unix: a full backlog refuses, and accepts on when there is room") {
    if (without_unix() || settings().system != "linux") return;
    on_loop([]() -> Task<void> {
        const UnixPlace place;
        // Accepting ahead would make room.
        Listener listener = open_listener(place.at(), {.backlog = 1, .accept_ahead = false});
        std::vector<Stream> clients;
        Errc last = Errc::ok;
        // What libuv and the backlog hold, and then nothing more.
        for (int i = 0; i < 20 && last == Errc::ok; ++i) {
            auto client = co_await Stream::connect(listener.local(), limit());
            last = outcome(client);
            if (client) clients.push_back(std::move(*client));
            if (!client) CHECK(pier::describe(client.error()).contains("EAGAIN"));
        }
        CHECK(last == Errc::connection_refused);
        Stream server = co_await accept_from(listener);
        std::vector<Stream> servers;
        servers.push_back(std::move(server));
        auto again = co_await Stream::connect(listener.local(), limit());
        CHECK(outcome(again) == Errc::ok);
    });
}

TEST_CASE("unix: a receive and an accept have deadlines and can be cancelled, and nothing is lost by it") {
    if (without_unix()) return;
    on_loop([]() -> Task<void> {
        const UnixPlace place;
        Listener listener = open_listener(place.at());
        auto nobody = co_await listener.accept(after(20ms));
        CHECK(outcome(nobody) == Errc::timed_out);
        Errc ended = Errc::ok;
        auto accepting = [&]() -> Task<void> {
            auto none = co_await listener.accept(limit());
            ended = outcome(none);
        };
        pier::TaskScope scope;
        scope.spawn(accepting());
        co_await turns();
        scope.cancel();
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(ended == Errc::operation_canceled);
        Pair pair = co_await connect_pair(listener);
        auto late = co_await pair.server.receive(after(20ms));
        CHECK(outcome(late) == Errc::timed_out);
        auto sent = co_await pair.client.send_all(bytes_of("in time"), limit());
        CHECK(outcome(sent) == Errc::ok);
        auto got = co_await pair.server.receive(limit());
        REQUIRE(outcome(got) == Errc::ok);
        CHECK(text_of(*got) == "in time");
    });
}

TEST_CASE("unix: the end of a peer, with and without something unread") {
    if (without_unix()) return;
    const UnixPlace place;
    Meeting meeting(place.at(), {});
    Signal sent_all;
    Signal closed;
    both(
        [&]() -> Task<void> {
            Stream server = co_await meeting.serve();
            std::array<std::byte, 4> some{};
            auto got = co_await server.receive_exactly(some, limit());
            CHECK(outcome(got) == Errc::ok);
            co_await sent_all.wait();
            server.close();  // with six bytes unread
            closed.set();
        },
        [&]() -> Task<void> {
            Stream client = co_await meeting.connect();
            auto sent = co_await client.send_all(bytes_of("0123456789"), limit());
            CHECK(outcome(sent) == Errc::ok);
            sent_all.set();
            co_await closed.wait();
            auto got = co_await client.receive(limit());
            // The system resets, or the engine had taken it all and the end is one like others.
            const bool over = outcome(got) == Errc::connection_reset || (got && got->empty());
            CHECK(over);
            const Errc failure = co_await send_until_it_fails(client);
            const bool told = failure == Errc::broken_pipe || failure == Errc::connection_reset;
            CHECK(told);
        });
}

TEST_CASE("unix: the peer's credentials are this process's own") {
    if (without_unix()) return;
    on_loop([]() -> Task<void> {
        const UnixPlace place;
        Listener listener = open_listener(place.at());
        Pair pair = co_await connect_pair(listener);
        for (const Stream* side : {&pair.client, &pair.server}) {
            auto peer = side->peer_credentials();
            REQUIRE(outcome(peer) == Errc::ok);
            CHECK(peer->process == pier::sys::process_id());
            CHECK(peer->user.has_value() == (settings().system == "linux"));
            CHECK(peer->group.has_value() == peer->user.has_value());
        }
        CHECK(outcome(Stream().peer_credentials()) == Errc::not_connected);
    });
}

TEST_CASE("unix: TCP tells no credentials") {
    on_loop([]() -> Task<void> {
        Pair pair = co_await connect_pair();
        CHECK(outcome(pair.client.peer_credentials()) == Errc::not_supported);
        CHECK(outcome(pair.server.peer_credentials()) == Errc::not_supported);
    });
}
