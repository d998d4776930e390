// Raw sockets, over loopback in a network namespace of the test's own: in_namespace.py makes it.
#include "alone.hpp"
#include "bytes.hpp"
#include "harness.hpp"
#include "receive_ends.hpp"

#include <pier/raw.hpp>
#include <pier/socket/interfaces.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

using namespace contract;
using pier::Endpoint;
using pier::Family;
using pier::IpProtocol;
using pier::RawPacket;
using pier::RawSocket;
using pier::TaskScope;

namespace {

// RFC 3692: for experiments. Wine knows seven protocols alone; of them, nobody here uses IP in IP.
IpProtocol experimental() { return static_cast<IpProtocol>(under_wine() ? 4 : 253); }

RawSocket open_raw(Family family, IpProtocol protocol, const pier::RawOptions& options = {}) {
    require_to_be_alone();
    auto opened = RawSocket::open(family, protocol, options);
    REQUIRE(outcome(opened) == Errc::ok);
    return std::move(*opened);
}

RawSocket open_echo(Family family) {
    require_to_be_alone();
    auto opened = RawSocket::open_echo(family);
    REQUIRE(outcome(opened) == Errc::ok);
    return std::move(*opened);
}

// Containers may be without.
bool has_ipv6() {
    const auto found = pier::interfaces();
    if (!found) return false;
    for (const pier::Interface& interface : *found) {
        for (const pier::InterfaceAddress& each : interface.addresses) {
            if (each.address == Endpoint::loopback(Family::ipv6)) return true;
        }
    }
    return false;
}

std::vector<Family> families() {
    if (!has_ipv6()) return {Family::ipv4};
    return {Family::ipv4, Family::ipv6};
}

// RFC 1071, as simply as it can be said.
std::uint16_t checksum_of(std::span<const std::byte> bytes) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        sum += std::to_integer<std::uint32_t>(bytes[i]) << (i % 2 == 0 ? 8U : 0U);
    }
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16U);
    return static_cast<std::uint16_t>(~sum);
}

void put(std::vector<std::byte>& bytes, std::size_t at, std::size_t value) {
    bytes[at] = static_cast<std::byte>(value >> 8U);
    bytes[at + 1] = static_cast<std::byte>(value & 0xffU);
}

struct Types {
    std::uint8_t request;
    std::uint8_t reply;
};
constexpr Types types_of(Family family) { return family == Family::ipv6 ? Types{128, 129} : Types{8, 0}; }

std::vector<std::byte> echo_request(Family family, std::uint16_t identifier, std::uint16_t sequence,
                                    std::string_view text) {
    std::vector<std::byte> bytes(8);
    bytes[0] = static_cast<std::byte>(types_of(family).request);
    put(bytes, 4, identifier);
    put(bytes, 6, sequence);
    const auto data = bytes_of(text);
    bytes.insert(bytes.end(), data.begin(), data.end());
    if (family == Family::ipv4) put(bytes, 2, checksum_of(bytes));
    return bytes;
}

std::vector<std::byte> v4_packet(IpProtocol protocol, std::uint8_t hop_limit, std::string_view text) {
    std::vector<std::byte> bytes(20);
    bytes[0] = std::byte{0x45};
    put(bytes, 2, bytes.size() + text.size());
    bytes[8] = static_cast<std::byte>(hop_limit);
    bytes[9] = static_cast<std::byte>(protocol);
    bytes[12] = bytes[16] = std::byte{127};
    bytes[15] = bytes[19] = std::byte{1};
    const auto data = bytes_of(text);
    bytes.insert(bytes.end(), data.begin(), data.end());
    return bytes;
}

Task<void> send_to(const RawSocket& socket, std::span<const std::byte> packet, Endpoint to, Errc expected = Errc::ok) {
    const auto sent = co_await socket.send_to(packet, to, limit());
    CHECK(outcome(sent) == expected);
}

// Over IPv4.
Task<void> send(const RawSocket& socket, std::span<const std::byte> packet, Errc expected = Errc::ok) {
    co_await send_to(socket, packet, Endpoint::loopback(Family::ipv4), expected);
}

Task<RawPacket> receive(const RawSocket& socket, std::span<std::byte> into) {
    auto came = co_await socket.receive(into, limit());
    REQUIRE(outcome(came) == Errc::ok);
    co_return std::move(*came);
}

// Receives until the answer to this request comes. What else comes is the request itself, which loopback shows, too.
Task<void> expect_reply(const RawSocket& socket, Family family, std::uint16_t identifier, std::uint16_t sequence,
                        std::string_view text) {
    std::array<std::byte, 256> buffer{};
    for (int packets = 0; packets < 16; ++packets) {
        const RawPacket packet = co_await receive(socket, buffer);
        REQUIRE(packet.data.size() >= 8);
        CHECK(packet.from == Endpoint::loopback(family));
        if (packet.data[0] != static_cast<std::byte>(types_of(family).reply)) continue;
        const auto read = [&](std::size_t at) {
            return std::to_integer<unsigned>(packet.data[at]) << 8U | std::to_integer<unsigned>(packet.data[at + 1]);
        };
        CHECK(read(4) == identifier);
        CHECK(read(6) == sequence);
        CHECK(text_of(packet.data.subspan(8)) == text);
        CHECK_FALSE(packet.truncated);
        CHECK_FALSE(packet.failure.has_value());
        if (!under_wine() || family == Family::ipv4) {
            CHECK(packet.hop_limit.has_value());
            CHECK(packet.to == Endpoint::loopback(family));
        }
        if (!under_wine()) {
            CHECK(packet.interface_index != 0);
            CHECK(packet.arrived.has_value());
        }
        co_return;
    }
    FAIL_CHECK("no reply came");
}

Task<void> echo(Family family) {
    const RawSocket socket = open_echo(family);
    const std::uint16_t identifier = socket.unprivileged() ? socket.identifier() : 0x4711;
    const auto request = echo_request(family, identifier, 7, "how far is it?");
    co_await send_to(socket, request, Endpoint::loopback(family));
    co_await expect_reply(socket, family, identifier, 7, "how far is it?");
}

}  // namespace

TEST_CASE("raw: an echo request over IPv4 is answered") {
    on_loop([]() -> Task<void> { co_await echo(Family::ipv4); });
}

TEST_CASE("raw: an echo request over IPv6 is answered") {
    if (under_wine()) return skip("Wine has no raw sockets of ICMPv6");
    if (!has_ipv6()) return skip("there is no IPv6 here");
    on_loop([]() -> Task<void> { co_await echo(Family::ipv6); });
}

TEST_CASE("raw: packets of a protocol of one's own come without their IP header") {
    on_loop([]() -> Task<void> {
        for (const Family family : families()) {
            const RawSocket one = open_raw(family, experimental());
            const RawSocket other = open_raw(family, experimental());
            co_await send_to(one, bytes_of("datagram"), Endpoint::loopback(family));
            std::array<std::byte, 256> buffer{};
            const RawPacket packet = co_await receive(other, buffer);
            CHECK(text_of(packet.data) == "datagram");
            CHECK(packet.header.size() == (family == Family::ipv4 ? 20 : 0));
            CHECK(packet.from == Endpoint::loopback(family));
            CHECK(packet.from.port() == 0);
        }
    });
}

TEST_CASE("raw: a header of one's own is sent as it is") {
    on_loop([]() -> Task<void> {
        const RawSocket sender = open_raw(Family::ipv4, experimental(), {.local = {}, .header_included = true});
        const RawSocket receiver = open_raw(Family::ipv4, experimental());
        co_await send(sender, v4_packet(experimental(), 7, "by hand"));
        std::array<std::byte, 256> buffer{};
        const RawPacket packet = co_await receive(receiver, buffer);
        CHECK(text_of(packet.data) == "by hand");
        CHECK(packet.hop_limit == 7);
        CHECK(checksum_of(packet.header) == 0);
    });
}

TEST_CASE("raw: the hop limit of a socket is that of its packets") {
    on_loop([]() -> Task<void> {
        const RawSocket sender = open_raw(Family::ipv4, experimental());
        const RawSocket receiver = open_raw(Family::ipv4, experimental());
        CHECK(outcome(sender.set(pier::option::time_to_live{5})) == Errc::ok);
        CHECK(sender.get<pier::option::time_to_live>() == 5);
        co_await send(sender, bytes_of("near"));
        std::array<std::byte, 256> buffer{};
        const RawPacket packet = co_await receive(receiver, buffer);
        CHECK(packet.hop_limit == 5);
    });
}

TEST_CASE("raw: of ICMP only the types that were asked for are received") {
    on_loop([]() -> Task<void> {
        for (const Family family : families()) {
            if (under_wine() && family == Family::ipv6) continue;  // it has no raw sockets of ICMPv6
            RawSocket socket = open_echo(family);
            const std::array wanted{types_of(family).reply};
            socket.accept_types(wanted);
            const auto request = echo_request(family, 1, 1, "?");
            co_await send_to(socket, request, Endpoint::loopback(family));
            std::array<std::byte, 256> buffer{};
            const RawPacket packet = co_await receive(socket, buffer);
            REQUIRE(!packet.data.empty());
            CHECK(packet.data[0] == static_cast<std::byte>(types_of(family).reply));
        }
    });
}

TEST_CASE("raw: a packet longer than the buffer is cut, and says so") {
    on_loop([]() -> Task<void> {
        const RawSocket one = open_raw(Family::ipv4, experimental());
        const RawSocket other = open_raw(Family::ipv4, experimental());
        co_await send(one, bytes_of("longer than that"));
        co_await send(one, bytes_of("short"));
        std::array<std::byte, 26> buffer{};
        const RawPacket first = co_await receive(other, buffer);
        CHECK(first.truncated);
        CHECK(text_of(first.data) == "longer");
        const RawPacket second = co_await receive(other, buffer);
        CHECK_FALSE(second.truncated);
        CHECK(text_of(second.data) == "short");
    });
}

TEST_CASE("raw: 200 packets come in order to two that wait") {
    if (one_at_a_time()) return skip("an engine that blocks waits for one thing at a time");
    on_loop([]() -> Task<void> {
        const RawSocket one = open_raw(Family::ipv4, experimental());
        const RawSocket other = open_raw(Family::ipv4, experimental());
        std::vector<int> came;
        TaskScope scope;
        auto take = [&]() -> Task<void> {
            std::array<std::byte, 64> buffer{};
            while (came.size() < 200) {
                auto packet = co_await other.receive(buffer, limit());
                if (!packet) break;
                REQUIRE(packet->data.size() == 1);
                came.push_back(std::to_integer<int>(packet->data[0]));
            }
            scope.cancel();  // the other one, which waits for one more
        };
        scope.spawn(take());
        scope.spawn(take());
        co_await turns();
        for (int i = 0; i < 200; ++i) {
            const std::array packet{static_cast<std::byte>(i)};
            co_await send(one, packet);
            if (i % 20 == 19) co_await turns();
        }
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(came.size() == 200);
        CHECK(std::is_sorted(came.begin(), came.end()));
    });
}

TEST_CASE("raw: a receive ends at its deadline, by a cancel, and when the socket is closed") {
    on_loop([]() -> Task<void> {
        RawSocket socket = open_raw(Family::ipv4, experimental());
        co_await expect_receives_to_end(socket);
    });
}

TEST_CASE("raw: a socket can go while somebody waits") {
    if (one_at_a_time()) return skip("an engine that blocks waits for one thing at a time");
    on_loop([]() -> Task<void> {
        TaskScope scope;
        bool ended = false;
        {
            const RawSocket socket = open_raw(Family::ipv4, experimental());
            scope.spawn(expect_end(socket, limit(), Errc::operation_canceled, ended));
            co_await turns();
        }
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(ended);
    });
}

TEST_CASE("raw: what can't be sent is refused") {
    on_loop([]() -> Task<void> {
        const RawSocket socket = open_raw(Family::ipv4, experimental());
        co_await send_to(socket, bytes_of("x"), Endpoint::loopback(Family::ipv6), Errc::invalid_argument);
        const std::vector<std::byte> long_packet(70'000);
        co_await send_to(socket, long_packet, Endpoint::loopback(Family::ipv4), Errc::message_size);
        const RawSocket by_hand = open_raw(Family::ipv4, experimental(), {.local = {}, .header_included = true});
        co_await send(by_hand, bytes_of("no header at all, but long enough"), Errc::invalid_argument);
        auto lying = v4_packet(experimental(), 7, "length");
        put(lying, 2, lying.size() - 1);
        co_await send(by_hand, lying, Errc::invalid_argument);
        co_await send(by_hand, std::span(lying).first(19), Errc::invalid_argument);
        RawSocket closed;
        co_await send(closed, bytes_of("x"), Errc::not_connected);
    });
}

TEST_CASE("raw: what can't be opened says why") {
    on_loop([]() -> Task<void> {
        require_to_be_alone();
        CHECK(outcome(RawSocket::open(Family::unix_domain, experimental())) == Errc::address_family_not_supported);
        const pier::RawOptions with_port{.local = Endpoint::loopback(Family::ipv4, 7), .header_included = false};
        CHECK(outcome(RawSocket::open(Family::ipv4, experimental(), with_port)) == Errc::invalid_argument);
        const pier::RawOptions other_family{.local = Endpoint::loopback(Family::ipv6), .header_included = false};
        CHECK(outcome(RawSocket::open(Family::ipv4, experimental(), other_family)) == Errc::invalid_argument);
        const pier::RawOptions not_here{.local = Endpoint::v4({192, 0, 2, 1}, 0), .header_included = false};
        CHECK(outcome(RawSocket::open(Family::ipv4, experimental(), not_here)) == Errc::address_not_available);
        const auto tcp = RawSocket::open(Family::ipv4, IpProtocol::tcp);
        CHECK(outcome(tcp) == (settings().system == "linux" ? Errc::ok : Errc::not_supported));
        co_return;
    });
}

TEST_CASE("raw: Windows sends neither TCP nor UDP of others") {
    if (settings().system == "linux") return skip("Linux sends what a raw socket is given");
    on_loop([]() -> Task<void> {
        const RawSocket socket = open_raw(Family::ipv4, IpProtocol::raw, {.local = {}, .header_included = true});
        co_await send(socket, v4_packet(IpProtocol::tcp, 64, "no TCP"), Errc::not_supported);
        auto forged = v4_packet(IpProtocol::udp, 64, "UDP of others");
        forged[12] = std::byte{192};
        forged[13] = std::byte{0};
        forged[14] = std::byte{2};
        co_await send(socket, forged, Errc::not_supported);
    });
}

// in_namespace.py runs these as a user without privileges.
TEST_CASE("unprivileged: a raw socket is refused, and a ping socket serves" * doctest::skip()) {
    on_loop([]() -> Task<void> {
        require_to_be_alone();
        CHECK(outcome(RawSocket::open(Family::ipv4, IpProtocol::icmp)) == Errc::permission_denied);
        for (const Family family : families()) {
            const RawSocket socket = open_echo(family);
            CHECK(socket.unprivileged());
            CHECK(socket.identifier() != 0);
        }
        for (const Family family : families()) co_await echo(family);
    });
}
