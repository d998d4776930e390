// Packets that end too early, and packets that say what isn't so.
#include "../fuzz/packet_inputs.hpp"
#include "hex.hpp"

#include <pier/packet/arp.hpp>
#include <pier/packet/dissect.hpp>
#include <pier/packet/ethernet.hpp>
#include <pier/packet/ipv4.hpp>
#include <pier/packet/ipv6.hpp>
#include <pier/packet/ipv6_extension.hpp>
#include <pier/packet/tcp.hpp>
#include <pier/packet/tcp_options.hpp>
#include <pier/packet/udp.hpp>

#include <doctest/doctest.h>

#include <array>
#include <string>

using namespace pier::packet;

namespace {

template <class View>
void refused(const PacketResult<View>& read, std::size_t offset, std::string_view sentence) {
    REQUIRE_FALSE(read);
    CHECK(read.error().offset == offset);
    CHECK(read.error().sentence == sentence);
}

}  // namespace

TEST_CASE("an error says what, where, and what is wrong there") {
    auto ip = hex("4500 0073 0000 4000 4011 b861 c0a80001 c0a800c7 00000000000000000000 00000000");
    refused(Ipv4::read(Bytes(ip).first(7), 14), 21, "IPv4 header at 14: 20 bytes are needed, 7 are there");
    refused(Ipv4::read(Bytes(ip).first(1), 14), 15, "IPv4 header at 14: 20 bytes are needed, 1 is there");
    ip[0] = std::byte{0x4f};
    refused(Ipv4::read(ip, 14), 14, "IPv4 header at 14: says 60 bytes of header, 34 are there");
    ip[0] = std::byte{0x44};
    refused(Ipv4::read(ip, 14), 14, "IPv4 header at 14: says 16 bytes of header, 20 are the least");
    ip[0] = std::byte{0x65};
    refused(Ipv4::read(ip, 14), 14, "IPv4 header at 14: says version 6");
    ip[0] = std::byte{0x46};
    store(Room(ip), 2, std::uint16_t{23});
    refused(Ipv4::read(ip, 14), 16, "IPv4 header at 14: says 24 bytes of header, and 23 bytes of header and payload");

    std::vector<std::byte> tcp(30);
    tcp[12] = std::byte{0x40};
    refused(Tcp::read(tcp, 34), 46, "TCP header at 34: says 16 bytes of header, 20 are the least");
    tcp[12] = std::byte{0xf0};
    refused(Tcp::read(tcp, 34), 46, "TCP header at 34: says 60 bytes of header, 30 are there");
    refused(Udp::read(hex("0001 0002 0007 0000"), 34), 38, "UDP header at 34: says 7 bytes, 8 are the least");
    refused(Arp::read(hex("0001 0800 ff ff 0001 00005e005301"), 14), 28,
            "ARP packet at 14: 1028 bytes are needed, 14 are there");
    refused(Ipv6Extension::read(ip_protocol::routing, hex("3b 01 00 00 00000000"), 54), 55,
            "routing header at 54: says 16 bytes of header, 8 are there");
    refused(Ipv6Extension::read(ip_protocol::ah, hex("3b 00 0000 00000000 00000000"), 54), 55,
            "authentication header at 54: says 8 bytes of header, 12 are the least");
    refused(Ethernet::read(hex("000000000000 000000000000 8100 0001 8100 0001 8100 0001 8100 0001 8100 0001 0800")), 28,
            "Ethernet header at 0: more than four VLAN tags");
}

TEST_CASE("options: lengths that can't be") {
    const auto next = [](std::string_view list, OptionForm form) {
        static std::vector<std::byte> bytes;
        bytes = hex(list);
        return OptionReader(bytes, form, "TCP options", 54).next();
    };
    refused(next("02", OptionForm::ipv4_or_tcp), 55, "TCP options at 54: option 2 at 54 has no length");
    refused(next("02 00", OptionForm::ipv4_or_tcp), 55, "TCP options at 54: option 2 at 54 says it has 0 bytes");
    refused(next("02 01", OptionForm::ipv4_or_tcp), 55, "TCP options at 54: option 2 at 54 says it has 1 bytes");
    refused(next("02 04 05", OptionForm::ipv4_or_tcp), 55,
            "TCP options at 54: option 2 at 54 says it has 4 bytes, 3 are there");
    refused(next("05 02 00", OptionForm::ipv6), 55,
            "TCP options at 54: option 5 at 54 says it has 4 bytes, 3 are there");
    refused(next("01 00 00", OptionForm::neighbour), 55, "TCP options at 54: option 1 at 54 says it has 0 bytes");
    CHECK(next("00 02", OptionForm::ipv4_or_tcp).value() == std::nullopt);
    CHECK(next("00 02", OptionForm::ipv6).value()->kind == 0);
    // A size that the kind does not have is not taken for it.
    const auto odd = hex("02 03 05 03 04 00 01 04 03 00");
    const auto known = read_tcp_options({odd, OptionForm::ipv4_or_tcp, "TCP options"});
    REQUIRE(known);
    CHECK(known->others == 3);
    CHECK_FALSE(known->mss);
}

TEST_CASE("builders: the room and what a header can't say") {
    std::array<std::byte, 30> room{};
    const std::vector<std::byte> much(70000);
    const Bytes some = Bytes(much).first(11);
    CHECK(build(Ipv4Fields{}, some, room).error().sentence == "IPv4 header: 31 bytes are needed, the room has 30");
    Ipv4Fields fields;
    fields.options = Bytes(much).first(3);
    CHECK_FALSE(build(fields, {}, room));
    fields.options = Bytes(much).first(44);
    CHECK_FALSE(build(fields, {}, room));
    fields.options = {};
    fields.fragment_offset = 7;
    CHECK_FALSE(build(fields, {}, room));
    std::vector<std::byte> large(80000);
    CHECK_FALSE(build(Ipv4Fields{}, much, large));
    CHECK_FALSE(build(Ipv6Fields{}, much, large));
    CHECK_FALSE(build(UdpFields{}, much, {}, large));
    fields = {};
    fields.source = pier::Address::v6({});
    CHECK_FALSE(build(fields, {}, room));
}

TEST_CASE("a packet that is cut by any number of bytes is an error") {
    fuzz::Random random(7);
    for (int round = 0; round < 300; ++round) {
        const auto packet = fuzz::make_packet(random);
        REQUIRE_FALSE(dissect(packet, LinkType::ethernet).error());
        for (std::size_t size = 0; size < packet.size(); ++size) {
            // Of its own, so that the sanitizer sees a read behind it.
            const std::vector<std::byte> cut(packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(size));
            const Dissection found = dissect(cut, LinkType::ethernet);
            CAPTURE(round);
            CAPTURE(size);
            REQUIRE(found.error());
            REQUIRE(found.error()->offset <= size);
        }
    }
}

TEST_CASE("dissect: headers in headers come to an end") {
    // IPv4 in IPv4, again and again: each says that all behind it is its own.
    std::vector<std::byte> packet;
    for (std::size_t i = 0; i < 40; ++i) {
        auto header = hex("4500 0000 0000 0000 4004 0000 c0000201 c0000202");
        store(Room(header), 2, static_cast<std::uint16_t>(20 * (40 - i)));
        packet.insert(packet.end(), header.begin(), header.end());
    }
    const Dissection found = dissect(packet, LinkType::ipv4);
    CHECK(found.layers().size() == Dissection::most_layers);
    REQUIRE(found.error());
    CHECK(found.error()->sentence == "IPv4 at 480: more layers than are read");
}
