// Packets whose bytes are known: examples of RFCs, and some that were put together by hand.
#include "hex.hpp"

#include <pier/packet/arp.hpp>
#include <pier/packet/dissect.hpp>
#include <pier/packet/ethernet.hpp>
#include <pier/packet/icmp.hpp>
#include <pier/packet/ipv4.hpp>
#include <pier/packet/ipv6.hpp>
#include <pier/packet/ipv6_extension.hpp>
#include <pier/packet/neighbour.hpp>
#include <pier/packet/tcp.hpp>
#include <pier/packet/tcp_options.hpp>
#include <pier/packet/udp.hpp>

#include <doctest/doctest.h>

#include <array>
#include <string>

using namespace pier::packet;
using pier::Address;

namespace {

Address address(std::string_view text) { return Address::parse(text).value(); }

}  // namespace

TEST_CASE("checksum: the examples of RFC 1071 and RFC 1624") {
    const auto bytes = hex("00 01 f2 03 f4 f5 f6 f7");
    CHECK(sum_of(bytes) == 0xddf2);  // RFC 1071, section 3
    CHECK(internet_checksum(bytes) == 0x220d);
    CHECK(update_checksum(0xdd2f, 0x5555, 0x3285) == 0x0000);  // RFC 1624, section 4
    static constexpr std::array few = {std::byte{1}, std::byte{2}, std::byte{3}};
    static_assert(sum_of(few) == 0x0402);
    CHECK(sum_of(few) == 0x0402);
    CHECK(sum_of({}) == 0);
    CHECK(sum_of(std::vector<std::byte>(100, std::byte{0xff})) == 0xffff);
}

TEST_CASE("checksum: pieces of any length give the sum of the whole") {
    std::vector<std::byte> bytes(301);
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * 37 & 0xff);
    const Bytes all(bytes);
    for (std::size_t cut = 0; cut <= all.size(); ++cut) {
        CHECK(InternetSum().add(all.first(cut)).add(all.subspan(cut)).folded() == sum_of(all));
    }
}

TEST_CASE("MAC address: text and bits") {
    const auto mac = MacAddress::parse("00:00:5e:00:53:01");
    REQUIRE(mac);
    CHECK(mac->to_string() == "00:00:5e:00:53:01");
    CHECK(MacAddress::parse("00-00-5E-00-53-01") == *mac);
    CHECK(MacAddress::parse("0000.5e00.5301") == *mac);
    CHECK_FALSE(mac->is_multicast());
    CHECK_FALSE(mac->is_local());
    CHECK(MacAddress::broadcast().is_broadcast());
    CHECK(MacAddress::broadcast().is_multicast());
    CHECK(MacAddress::parse("02:00:00:00:00:01")->is_local());
    for (std::string_view text :
         {"", "0", "00:00:5e:00:53", "00:00:5e:00:53:", "00:00:5e:00:53:0", "00:00:5e:00:53:01:", "00:00:5e:00-53:01",
          "0g:00:5e:00:53:01", "0000.5e00:5301", " 00:00:5e:00:53:01"}) {
        CAPTURE(text);
        const auto wrong = MacAddress::parse(text);
        REQUIRE_FALSE(wrong);
        CHECK(wrong.error().offset <= text.size());
    }
    CHECK(MacAddress::parse("00:00:5e:00-53:01").error().offset == 11);
}

TEST_CASE("ARP in Ethernet with two tags") {
    const auto bytes =
        hex("ffffffffffff 00005e005301 88a8 6064 8100 1005 0806"
            "0001 0800 06 04 0001 00005e005301 c0000201 000000000000 c0000202"
            "0000000000");  // padding
    const auto ethernet = Ethernet::read(bytes);
    REQUIRE(ethernet);
    CHECK(ethernet->destination().is_broadcast());
    REQUIRE(ethernet->tag_count() == 2);
    CHECK(ethernet->tag(0) == VlanTag{ether_type::service_vlan, 3, false, 100});
    CHECK(ethernet->tag(1) == VlanTag{ether_type::vlan, 0, true, 5});
    CHECK(ethernet->type() == ether_type::arp);
    const auto arp = Arp::read(ethernet->payload(), ethernet->header_size());
    REQUIRE(arp);
    CHECK(arp->size() == 28);
    const auto fields = arp->fields();
    REQUIRE(fields);
    CHECK(fields->operation == arp_operation::request);
    CHECK(fields->sender == address("192.0.2.1"));
    CHECK(fields->target == address("192.0.2.2"));
    const auto other = hex("0006 0800 01 04 0002 07 c0000201 08 c0000202");
    const auto token_ring = Arp::read(other);
    REQUIRE(token_ring);
    CHECK_FALSE(token_ring->is_ethernet_ipv4());
    CHECK_FALSE(token_ring->fields());
    CHECK(is_same(token_ring->target_protocol(), hex("c0000202")));
}

TEST_CASE("IPv4: a header and its checksum") {
    const auto bytes = hex("4500 0073 0000 4000 4011 b861 c0a80001 c0a800c7");
    const auto ip = Ipv4::read(bytes);
    REQUIRE(ip);
    CHECK(ip->total_length() == 115);
    CHECK(ip->dont_fragment());
    CHECK(ip->protocol() == ip_protocol::udp);
    CHECK(ip->checksum_is_right());
    CHECK(ip->is_cut());
    CHECK(ip->destination() == address("192.168.0.199"));
    Ipv4Fields fields = ip->fields();
    fields.checksum.reset();
    std::array<std::byte, 20> room{};
    REQUIRE(build(fields, {}, room) == 20U);
    CHECK(is_same(room, bytes));
}

TEST_CASE("IPv4: a total length of 0, of a packet that the network interface will divide") {
    std::vector<std::byte> payload(100000);
    Ipv4Fields fields;
    fields.total_length = 0;
    std::vector<std::byte> room(20 + payload.size());
    REQUIRE(build(fields, payload, room) == room.size());
    const auto ip = Ipv4::read(room);
    REQUIRE(ip);
    CHECK(ip->payload().size() == payload.size());
    CHECK_FALSE(ip->is_cut());
    fields.total_length.reset();
    CHECK_FALSE(build(fields, payload, room));
}

TEST_CASE("IPv4: options") {
    // Record route with one place, then an end, as RFC 791 (section 3.1) forms them.
    const auto bytes = hex("4700 001c 0000 0000 4001 0000 c0000201 c0000202 07 07 04 00000000 00");
    const auto ip = Ipv4::read(bytes);
    REQUIRE(ip);
    auto reader = ip->read_options();
    const auto option = reader.next();
    REQUIRE(option);
    REQUIRE(*option);
    CHECK((*option)->kind == 7);
    CHECK((*option)->data.size() == 5);
    CHECK(reader.next().value() == std::nullopt);
}

TEST_CASE("TCP: a SYN with the usual options") {
    const IpPair pair{address("192.0.2.1"), address("192.0.2.2")};
    const auto options = hex("0204 05b4 0402 080a 00000001 00000000 01 0303 07");
    const TcpFields fields{40000, 80, 1, 0, 0, tcp_flag::syn, 64240, {}, 0, options};
    std::array<std::byte, 60> room{};
    const auto size = build(fields, {}, pair, room);
    REQUIRE(size == 40U);
    const auto tcp = Tcp::read(Bytes(room).first(*size));
    REQUIRE(tcp);
    CHECK(tcp->checksum_is_right(pair));
    CHECK(tcp->has(tcp_flag::syn));
    const auto known = read_tcp_options(tcp->read_options());
    REQUIRE(known);
    CHECK(known->mss == 1460);
    CHECK(known->window_scale == 7);
    CHECK(known->sack_permitted);
    CHECK(known->timestamps == TcpTimestamps{1, 0});
    CHECK(known->others == 0);
}

TEST_CASE("UDP: a checksum of zero is sent as all ones, and none means none over IPv4") {
    const IpPair pair{address("0.0.0.0"), address("0.0.0.0")};
    std::array<std::byte, 10> room{};
    // The payload makes the sum of all 0xffff: 17 + 10 + 10 + payload.
    const auto payload = hex("ffda");
    REQUIRE(build(UdpFields{}, payload, pair, room));
    CHECK(Udp::read(room)->checksum() == 0xffff);
    CHECK(Udp::read(room)->checksum_is_right(pair));
    REQUIRE(build(UdpFields{1, 2, {}, 0}, payload, pair, room));
    CHECK(Udp::read(room)->checksum_is_right(pair));
    CHECK_FALSE(Udp::read(room)->checksum_is_right({address("::1"), address("::1")}));
}

TEST_CASE("ICMP: an error has the beginning of the datagram") {
    std::array<std::byte, 200> room{};
    const auto original = hex("4500 0073 0000 4000 4011 b861 c0a80001 c0a800c7 0001 0002 0003 0004");
    REQUIRE(build(IcmpFields::unreachable(4, 1280), original, room) == 8 + original.size());
    const auto icmp = Icmp::read(Bytes(room).first(8 + original.size()));
    REQUIRE(icmp);
    CHECK(icmp->checksum_is_right());
    CHECK(icmp->is_error());
    CHECK(icmp->mtu() == 1280);
    CHECK(is_same(icmp->original(), original));
    REQUIRE(build(IcmpFields::redirect(1, {192, 0, 2, 7}), original, room));
    CHECK(Icmp::read(room)->gateway() == address("192.0.2.7"));
    REQUIRE(build(IcmpFields::parameter_problem(0, 20), original, room));
    CHECK(Icmp::read(room)->pointer() == 20);
    // RFC 4884: 32 words of the datagram, and extensions behind them.
    std::vector<std::byte> padded(140);
    REQUIRE(build(IcmpFields{icmp_type::time_exceeded, 0, {}, 32U << 16}, padded, room));
    CHECK(Icmp::read(Bytes(room).first(148))->original().size() == 128);
    REQUIRE(build(IcmpFields::echo(icmp_type::echo_request, 5, 6), {}, room));
    CHECK(Icmp::read(room)->identifier() == 5);
    CHECK(Icmp::read(room)->sequence() == 6);
    CHECK(Icmp::read(room)->original().empty());
}

TEST_CASE("neighbour discovery: router advertisement, solicitation, redirect") {
    const IpPair pair{address("fe80::1"), address("ff02::1")};
    std::array<std::byte, 200> room{};
    std::array<std::byte, 40> list{};
    OptionWriter options(list, OptionForm::neighbour);
    REQUIRE(add(options, PrefixInformation{64, 0xc0, 86400, 14400, address("2001:db8::")}));
    const auto size = build(RouterAdvertisementFields{64, 0x40, 1800, 5, 6}, options.written(), pair, room);
    REQUIRE(size == 48U);
    const auto message = Icmpv6::read(Bytes(room).first(*size));
    REQUIRE(message);
    CHECK(message->checksum_is_right(pair));
    const auto router = Neighbour::read(*message, 54);
    REQUIRE(router);
    CHECK(router->hop_limit() == 64);
    CHECK(router->has_other());
    CHECK_FALSE(router->is_managed());
    CHECK(router->lifetime_s() == 1800);
    CHECK(router->reachable_ms() == 5);
    CHECK(router->retransmit_ms() == 6);
    REQUIRE(build_redirect(address("fe80::2"), address("2001:db8::9"), {}, pair, room) == 40U);
    const auto redirect = Icmpv6::read(Bytes(room).first(40));
    REQUIRE(redirect);
    CHECK(Neighbour::read(*redirect)->target() == address("fe80::2"));
    CHECK(Neighbour::read(*redirect)->destination() == address("2001:db8::9"));
    REQUIRE(build_router_solicitation({}, pair, room) == 8U);
    CHECK(Neighbour::read(*Icmpv6::read(Bytes(room).first(8)))->options().empty());
    const auto echo = hex("80 00 0000 0001 0002");
    CHECK(Neighbour::read(*Icmpv6::read(echo)).error().sentence == "neighbour discovery message at 0: says type 128");
}

TEST_CASE("dissect: IPv6 with extension headers, and a fragment that is not the first") {
    const auto bytes =
        hex("60000000 0018 00 40 20010db8000000000000000000000001 20010db8000000000000000000000002"
            "2c 00 0104 00000000"    // hop-by-hop with PadN, then a fragment
            "11 00 0001 00000007"    // the first one of several
            "1000 0035 0010 0000");  // UDP that goes on elsewhere
    const Dissection first = dissect(bytes, LinkType::raw_ip);
    CHECK_FALSE(first.error());
    CHECK(first.is_fragment());
    REQUIRE(first.layers().size() == 4);
    CHECK(first.layers()[1].kind == LayerKind::ipv6_extension);
    CHECK(first.layers()[2].protocol == ip_protocol::fragment);
    CHECK(first.layers()[3].kind == LayerKind::udp);
    CHECK(checksum_state(first, first.layers()[3]) == ChecksumState::unknown);
    auto later = bytes;
    store(Room(later), 50, std::uint16_t{0x0008});
    const Dissection second = dissect(later, LinkType::raw_ip);
    REQUIRE(second.layers().size() == 4);
    CHECK(second.layers()[3].kind == LayerKind::data);
    CHECK(second.layers()[3].protocol == ip_protocol::udp);
}

TEST_CASE("dissect: ends at ESP and at no next header, and takes padding for no data") {
    auto bytes = hex("60000000 0004 3b 40 20010db8000000000000000000000001 20010db8000000000000000000000002 01020304");
    CHECK(dissect(bytes, LinkType::ipv6).layers().back().kind == LayerKind::data);
    store(Room(bytes), 6, ip_protocol::esp);
    CHECK(dissect(bytes, LinkType::ipv6).layers().size() == 2);
    const auto padded =
        hex("ffffffffffff 00005e005301 0800"
            "4500 001c 0000 4000 4011 0000 c0a80001 c0a800c7 0001 0002 0008 0000 000000000000000000");
    const Dissection found = dissect(padded, LinkType::ethernet);
    CHECK_FALSE(found.error());
    REQUIRE(found.layers().size() == 3);
    CHECK(found.find(LayerKind::udp)->size == 8);
    CHECK(checksum_state(found, *found.find(LayerKind::udp)) == ChecksumState::none);
    CHECK(checksum_state(found, *found.find(LayerKind::ipv4)) == ChecksumState::wrong);
    CHECK(found.find(LayerKind::tcp) == nullptr);
}
