// Which packets are answers to pier-ping's requests.
#include "answer.hpp"

#include <pier/packet/icmp.hpp>
#include <pier/packet/icmpv6.hpp>
#include <pier/packet/ipv4.hpp>
#include <pier/packet/ipv6.hpp>

#include <doctest/doctest.h>

#include <array>
#include <vector>

namespace packet = pier::packet;
using ping::Kind;
using Buffer = std::vector<std::byte>;

namespace {

ping::Question question(pier::Family family) {
    ping::Question asked;
    asked.target = pier::Endpoint::loopback(family);
    asked.identifier = 0x4711;
    for (int i = 0; i < 16; ++i) asked.payload.push_back(static_cast<std::byte>(i));
    return asked;
}

pier::RawPacket from(const pier::Endpoint& sender, std::span<const std::byte> data) {
    pier::RawPacket came;
    came.from = sender;
    came.data = data;
    return came;
}

Buffer v4_message(const packet::IcmpFields& fields, packet::Bytes body) {
    Buffer bytes(8 + body.size());
    REQUIRE(packet::build(fields, body, bytes).has_value());
    return bytes;
}

Buffer v4_datagram(const ping::Question& asked, std::uint16_t sequence) {
    const Buffer request = ping::request(asked, sequence);
    packet::Ipv4Fields fields;
    fields.protocol = packet::ip_protocol::icmp;
    fields.destination = pier::Address::v4(asked.target.v4_bytes());
    Buffer bytes(20 + request.size());
    REQUIRE(packet::build(fields, request, bytes).has_value());
    return bytes;
}

}  // namespace

TEST_CASE("ping: an answer is one of the target, with the identifier and the payload") {
    const auto asked = question(pier::Family::ipv4);
    const auto reply = packet::IcmpFields::echo(packet::icmp_type::echo_reply, 0x4711, 7);
    const Buffer bytes = v4_message(reply, asked.payload);
    const auto answer = ping::read_answer(from(asked.target, bytes), asked);
    CHECK(answer.kind == Kind::answer);
    CHECK(answer.sequence == 7);
    CHECK(answer.size == 24);
    CHECK_FALSE(answer.wrong.has_value());
    CHECK(ping::read_answer(from(pier::Endpoint::v4({127, 0, 0, 2}, 0), bytes), asked).kind == Kind::stranger);
    const Buffer other = v4_message(packet::IcmpFields::echo(packet::icmp_type::echo_reply, 0x4712, 7), asked.payload);
    CHECK(ping::read_answer(from(asked.target, other), asked).kind == Kind::foreign);
    const Buffer own = ping::request(asked, 7);
    CHECK(ping::read_answer(from(asked.target, own), asked).kind == Kind::foreign);
}

TEST_CASE("ping: a changed byte anywhere in an answer is seen") {
    const auto asked = question(pier::Family::ipv4);
    const auto reply = packet::IcmpFields::echo(packet::icmp_type::echo_reply, 0x4711, 7);
    const Buffer whole = v4_message(reply, asked.payload);
    for (std::size_t i = 0; i < whole.size(); ++i) {
        Buffer bytes = whole;
        bytes[i] ^= std::byte{0x10};
        const Kind kind = ping::read_answer(from(asked.target, bytes), asked).kind;
        CHECK_UNARY(kind == Kind::broken || kind == Kind::foreign);
    }
}

TEST_CASE("ping: an answer that was cut anywhere is no whole answer") {
    for (const auto family : {pier::Family::ipv4, pier::Family::ipv6}) {
        const auto asked = question(family);
        Buffer whole = ping::request(asked, 7);
        whole[0] = std::byte{family == pier::Family::ipv6 ? packet::icmpv6_type::echo_reply : std::uint8_t{0}};
        for (std::size_t size = 0; size < whole.size(); ++size) {
            auto came = from(asked.target, std::span(whole).first(size));
            came.truncated = true;
            const auto answer = ping::read_answer(came, asked);
            CHECK_UNARY(size < 8 ? answer.kind == Kind::foreign : answer.kind == Kind::answer && answer.shorter);
        }
    }
}

TEST_CASE("ping: another byte, and more of them, are told") {
    auto asked = question(pier::Family::ipv4);
    Buffer payload = asked.payload;
    payload[9] = std::byte{0xff};
    payload.push_back(std::byte{1});
    const auto reply = packet::IcmpFields::echo(packet::icmp_type::echo_reply, 0x4711, 7);
    const Buffer bytes = v4_message(reply, payload);
    const auto answer = ping::read_answer(from(asked.target, bytes), asked);
    CHECK(answer.longer);
    REQUIRE(answer.wrong.has_value());
    CHECK(answer.wrong->place == 9);
    CHECK(answer.wrong->expected == 9);
    CHECK(answer.wrong->found == 0xff);
}

TEST_CASE("ping: an error belongs to the request that it has sent back, all 28 bytes of it") {
    const auto asked = question(pier::Family::ipv4);
    const Buffer original = v4_datagram(asked, 9);
    const auto router = pier::Endpoint::v4({10, 0, 0, 1}, 0);
    for (std::size_t size = 0; size <= original.size(); ++size) {
        const Buffer bytes = v4_message(packet::IcmpFields::time_exceeded(0), packet::up_to(original, size));
        const auto answer = ping::read_answer(from(router, bytes), asked);
        CHECK_UNARY(answer.kind == (size < 28 ? Kind::foreign : Kind::failure));
        if (size >= 28) CHECK_UNARY(answer.sequence == 9);
    }
    auto other = asked;
    other.target = pier::Endpoint::v4({127, 0, 0, 2}, 0);
    const Buffer bytes = v4_message(packet::IcmpFields::unreachable(1), original);
    CHECK(ping::read_answer(from(router, bytes), other).kind == Kind::foreign);
    const auto mine = ping::read_answer(from(router, bytes), asked);
    CHECK(ping::describe_failure(pier::Family::ipv4, mine) == "Destination Host Unreachable");
}

TEST_CASE("ping: an error of IPv6 is matched the same") {
    const auto asked = question(pier::Family::ipv6);
    const Buffer request = ping::request(asked, 3);
    packet::Ipv6Fields fields;
    fields.next_header = packet::ip_protocol::icmpv6;
    fields.destination = pier::Address::v6(asked.target.v6_bytes());
    Buffer original(40 + request.size());
    REQUIRE(packet::build(fields, request, original).has_value());
    packet::Icmpv6Fields error;
    error.type = packet::icmpv6_type::unreachable;
    error.code = 3;
    Buffer bytes(8 + original.size());
    const packet::IpPair pair{fields.destination, fields.destination};
    REQUIRE(packet::build(error, original, pair, bytes).has_value());
    const auto answer = ping::read_answer(from(asked.target, bytes), asked);
    CHECK(answer.kind == Kind::failure);
    CHECK(answer.sequence == 3);
    CHECK(ping::describe_failure(pier::Family::ipv6, answer) == "Destination unreachable: Address unreachable");
}
