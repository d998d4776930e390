// Datagrams with what their headers say, and answers from the address that was asked.
#include "bytes.hpp"
#include "harness.hpp"
#include "open.hpp"
#include "receive_ends.hpp"

#include <pier/socket/detailed_datagram.hpp>
#include <pier/socket/interfaces.hpp>

#include <array>
#include <string>
#include <utility>
#include <vector>

using namespace contract;
using pier::DetailedDatagram;
using pier::DetailedReceived;
using pier::Endpoint;
using pier::Family;

namespace {

DetailedDatagram open_detailed(const Endpoint& at, pier::DatagramOptions options = {}) {
    auto opened = DetailedDatagram::open(at, options);
    REQUIRE(outcome(opened) == Errc::ok);
    return std::move(*opened);
}

Endpoint second_loopback(std::uint16_t port) { return Endpoint::v4({127, 0, 0, 2}, port); }

std::uint32_t index_of_loopback() {
    const auto found = pier::interfaces();
    REQUIRE(outcome(found) == Errc::ok);
    for (const pier::Interface& interface : *found) {
        if (interface.loopback) return interface.index;
    }
    return 0;
}

Task<void> send(const pier::Datagram& from, std::string_view text, Endpoint to) {
    auto sent = co_await from.send_to(bytes_of(text), to, limit());
    REQUIRE(outcome(sent) == Errc::ok);
}

Task<DetailedReceived> receive(const DetailedDatagram& socket, std::span<std::byte> into) {
    auto came = co_await socket.receive(into, limit());
    REQUIRE(outcome(came) == Errc::ok);
    co_return std::move(*came);
}

Task<void> expect_refused(const DetailedDatagram& socket, Endpoint to, pier::PacketSource source, Errc expected) {
    const auto sent = co_await socket.send_to(bytes_of("x"), to, source, limit());
    CHECK(outcome(sent) == expected);
}

}  // namespace

TEST_CASE("detailed: a datagram tells whom it was sent to, by which interface it came, and how far it came") {
    on_loop([]() -> Task<void> {
        const std::uint32_t loopback = index_of_loopback();
        const DetailedDatagram server = open_detailed(Endpoint::any(Family::ipv4));
        const pier::Datagram client = open_datagram();
        CHECK(outcome(client.set(pier::option::time_to_live{9})) == Errc::ok);
        for (const Endpoint& to :
             {Endpoint::loopback(Family::ipv4, server.local().port()), second_loopback(server.local().port())}) {
            co_await send(client, "whom?", to);
            std::array<std::byte, 64> buffer{};
            const DetailedReceived came = co_await receive(server, buffer);
            CHECK(text_of(std::span(buffer).first(came.size)) == "whom?");
            CHECK_FALSE(came.truncated);
            CHECK(came.from == client.local());
            CHECK(came.to == to);
            CHECK(came.interface_index == loopback);
            CHECK(came.hop_limit == 9);
            if (settings().system == "linux") CHECK(came.arrived.has_value());
        }
    });
}

TEST_CASE("detailed: the same over IPv6") {
    on_loop([]() -> Task<void> {
        const std::uint32_t loopback = index_of_loopback();
        const DetailedDatagram server = open_detailed(Endpoint::any(Family::ipv6));
        const pier::Datagram client = open_datagram(Endpoint::loopback(Family::ipv6));
        const Endpoint to = Endpoint::loopback(Family::ipv6, server.local().port());
        co_await send(client, "whom?", to);
        std::array<std::byte, 64> buffer{};
        const DetailedReceived came = co_await receive(server, buffer);
        CHECK(came.from == client.local());
        CHECK(came.to == to);
        CHECK(came.interface_index == loopback);
        CHECK(came.hop_limit.has_value());
    });
}

TEST_CASE("detailed: an answer leaves from the address that was asked") {
    if (under_wine()) return skip("Wine sends no control messages");
    on_loop([]() -> Task<void> {
        const DetailedDatagram server = open_detailed(Endpoint::any(Family::ipv4));
        auto client = pier::Datagram::connect(second_loopback(server.local().port()), Endpoint::loopback(Family::ipv4));
        REQUIRE(outcome(client) == Errc::ok);
        auto asked = co_await client->send(bytes_of("who?"), limit());
        REQUIRE(outcome(asked) == Errc::ok);
        std::array<std::byte, 64> buffer{};
        const DetailedReceived came = co_await receive(server, buffer);
        const pier::PacketSource source = came.reply_source();
        auto answered = co_await server.send_to(bytes_of("me"), came.from, source, limit());
        CHECK(outcome(answered) == Errc::ok);
        // A socket with a peer takes nothing but what comes from it.
        auto answer = co_await client->receive(buffer, limit());
        REQUIRE(outcome(answer) == Errc::ok);
        CHECK(answer->from == second_loopback(server.local().port()));
    });
}

TEST_CASE("detailed: a datagram longer than the buffer is cut, and says so") {
    on_loop([]() -> Task<void> {
        const DetailedDatagram server = open_detailed(Endpoint::loopback(Family::ipv4));
        const pier::Datagram client = open_datagram();
        co_await send(client, "longer than that", server.local());
        co_await send(client, "", server.local());
        std::array<std::byte, 6> buffer{};
        const DetailedReceived first = co_await receive(server, buffer);
        CHECK(first.truncated);
        CHECK(text_of(std::span(buffer).first(first.size)) == "longer");
        const DetailedReceived second = co_await receive(server, buffer);
        CHECK_FALSE(second.truncated);
        CHECK(second.size == 0);
    });
}

TEST_CASE("detailed: a receive ends at its deadline, by a cancel, and when the socket is closed") {
    on_loop([]() -> Task<void> {
        DetailedDatagram socket = open_detailed(Endpoint::loopback(Family::ipv4));
        co_await expect_receives_to_end(socket);
    });
}

TEST_CASE("detailed: what can't be is refused") {
    on_loop([]() -> Task<void> {
        CHECK(outcome(DetailedDatagram::open(Endpoint())) == Errc::address_family_not_supported);
        const DetailedDatagram socket = open_detailed(Endpoint::any(Family::ipv4));
        const Endpoint to = Endpoint::loopback(Family::ipv4, socket.local().port());
        co_await expect_refused(socket, Endpoint::loopback(Family::ipv6, 9), {}, Errc::invalid_argument);
        co_await expect_refused(socket, to.with_port(0), {}, Errc::invalid_argument);
        const pier::PacketSource other_family{Endpoint::loopback(Family::ipv6), 0};
        co_await expect_refused(socket, to, other_family, Errc::invalid_argument);
        const pier::PacketSource elsewhere{Endpoint::v4({192, 0, 2, 1}, 0), 0};
        const auto sent = co_await socket.send_to(bytes_of("x"), to, elsewhere, limit());
        if (!under_wine()) CHECK(outcome(sent) != Errc::ok);  // which sends no control messages
        if (settings().system == "linux") CHECK(outcome(sent) == Errc::network_unreachable);
        const std::vector<std::byte> too_long(70'000);
        const auto long_one = co_await socket.send_to(too_long, to, {}, limit());
        CHECK(outcome(long_one) == Errc::message_size);
        DetailedDatagram none;
        co_await expect_refused(none, to, {}, Errc::not_connected);
    });
}
