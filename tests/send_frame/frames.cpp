// Descriptions and the bytes that they stand for. What is expected was written by hand from the RFCs, or is what the
// library of packets reads.
#include "described.hpp"
#include "show.hpp"

#include <pier/packet/capture/reader.hpp>
#include <pier/packet/dissect.hpp>

#include <algorithm>

namespace {

namespace packet = pier::packet;
using packet::Bytes;
using packet::LayerKind;

std::string text_of(Bytes bytes) {
    std::string text;
    for (const std::byte byte : bytes) {
        constexpr std::string_view digits = "0123456789abcdef";
        text += digits[std::to_integer<std::size_t>(byte) >> 4U];
        text += digits[std::to_integer<std::size_t>(byte) & 15U];
    }
    return text;
}

std::vector<LayerKind> kinds_of(Bytes bytes) {
    const auto dissection = packet::dissect(bytes, packet::LinkType::ethernet);
    CHECK_FALSE(dissection.error());
    std::vector<LayerKind> kinds;
    for (const packet::Layer& layer : dissection.layers()) {
        kinds.push_back(layer.kind);
        const auto state = checksum_state(dissection, layer);
        CHECK((state == packet::ChecksumState::right || state == packet::ChecksumState::none));
    }
    return kinds;
}

constexpr std::string_view link_part = "eth dst=00:00:5e:00:53:01 src=00:00:5e:00:53:02 / ";
constexpr std::string_view v4 = "ip src=192.0.2.1 dst=192.0.2.2 / ";
constexpr std::string_view v6 = "ip6 src=2001:db8::1 dst=2001:db8::2 / ";

std::string with(std::string_view one, std::string_view other, std::string_view rest) {
    return std::string(one).append(other).append(rest);
}

}  // namespace

TEST_CASE("an ARP request, byte by byte; the interface's address is filled in") {
    send_frame::Defaults defaults;
    defaults.mac = packet::MacAddress({0, 0, 0x5e, 0, 0x53, 2});
    CHECK(text_of(bytes_of("eth / arp sender=192.0.2.1 target=192.0.2.2", defaults)) ==
          "ffffffffffff00005e00530208060001080006040001"
          "00005e005302c0000201000000000000c0000202");
    CHECK(text_of(bytes_of("arp op=reply sender_mac=00:00:5e:00:53:01 target_mac=00:00:5e:00:53:02")) ==
          "000108000604000200005e0053010000000000005e00530200000000");
    CHECK(text_of(bytes_of("arp op=7")).substr(12, 4) == "0007");
}

TEST_CASE("UDP in IPv4, with all that is filled in") {
    const auto bytes = bytes_of(
        with(link_part, "ip src=192.0.2.1 dst=192.0.2.2 ttl=3 id=7 df / ", "udp sport=40000 dport=53 / \"hi\\n\""));
    CHECK(text_of(bytes) ==
          "00005e00530100005e0053020800"
          "4500001f000740000311" +
              text_of(bytes).substr(48, 4) +
              "c0000201c0000202"
              "9c400035000b" +
              text_of(bytes).substr(80, 4) + "68690a");
    CHECK(kinds_of(bytes) == std::vector{LayerKind::ethernet, LayerKind::ipv4, LayerKind::udp, LayerKind::data});
}

TEST_CASE("each kind of layer is what the library reads, with right checksums") {
    using enum LayerKind;
    const auto kinds = [](std::string_view ip, std::string_view rest) {
        return kinds_of(bytes_of(with(link_part, ip, rest)));
    };
    CHECK(kinds(v4, "icmp type=echo-request id=1 seq=2 / \"abc\"") == std::vector{ethernet, ipv4, icmp});
    CHECK(kinds(v4, "tcp sport=1 dport=2 flags=SA mss=1460 wscale=7 sackok ts=1:2 / \"x\"") ==
          std::vector{ethernet, ipv4, tcp, data});
    CHECK(kinds(v6, "udp dport=9 / \"x\"") == std::vector{ethernet, ipv6, udp, data});
    CHECK(kinds(v6, "icmp6 type=echo-reply / \"x\"") == std::vector{ethernet, ipv6, icmpv6});
    CHECK(kinds(v6, "ns target=2001:db8::2 source_mac=00:00:5e:00:53:02") == std::vector{ethernet, ipv6, icmpv6});
    CHECK(kinds(v6, "na target=2001:db8::2 router solicited override target_mac=00:00:5e:00:53:02") ==
          std::vector{ethernet, ipv6, icmpv6});
    CHECK(kinds(v6, "ra hlim=64 lifetime=1800 flags=0x40 reachable=1 retransmit=2") ==
          std::vector{ethernet, ipv6, icmpv6});
    CHECK(kinds(v6, "rs") == std::vector{ethernet, ipv6, icmpv6});
    CHECK(kinds(v6, "ext kind=hop data=010400000000 / udp") == std::vector{ethernet, ipv6, ipv6_extension, udp});
    CHECK(kinds(v6, "frag id=9 / udp") == std::vector{ethernet, ipv6, ipv6_extension, udp});
    CHECK(kinds(v4, v4.substr(0, v4.size() - 3)) == std::vector{ethernet, ipv4, ipv4});
    CHECK(kinds(v4, "ip6 / udp") == std::vector{ethernet, ipv4, ipv6, udp});
}

TEST_CASE("tags of virtual networks stand between the addresses and the type") {
    const auto bytes = bytes_of("eth / vlan id=5 prio=3 dei tpid=0x88a8 / vlan id=4095 / ip / udp");
    CHECK(text_of(bytes).substr(24, 20) ==
          "88a87005"
          "81000fff"
          "0800");
    CHECK(kinds_of(bytes) == std::vector{LayerKind::ethernet, LayerKind::ipv4, LayerKind::udp});
}

TEST_CASE("what is given is written as it is, also where it is wrong") {
    CHECK(text_of(bytes_of("udp sport=1 dport=2 len=9 chksum=0x1234")) == "0001000200091234");
    CHECK(text_of(bytes_of("ip len=1 chksum=2 proto=200 frag=8 mf rf dscp=1 ecn=2")) ==
          "450600010000a00140c800020000000000000000");
    CHECK(text_of(bytes_of("ip6 len=7 next=9 hlim=1 tc=0xff flow=0xabcde")).substr(0, 16) == "6ffabcde00070901");
    CHECK(text_of(bytes_of("eth type=0x1234")).substr(24) == "1234");
    CHECK(text_of(bytes_of("icmp type=5 code=1 gateway=192.0.2.9 chksum=0")) == "05010000c0000209");
    CHECK(text_of(bytes_of("icmp6 type=2 mtu=1280 chksum=1")) == "0200000100000500");
    CHECK(text_of(bytes_of("tcp sport=1 dport=2 seq=3 ack=4 flags=FSRPAUEC window=5 urgent=6 reserved=15 chksum=7 "
                           "options=01010101")) ==
          "0001000200000003000000046fff000500070006"
          "01010101");
    CHECK(text_of(bytes_of("tcp sack=1:2 sack=3:4 chksum=0")).size() == 80);
}

TEST_CASE("bytes and texts, in every way to write them") {
    CHECK(text_of(bytes_of("raw hex=0a0b text=\"c d\" zeros=2")) == "0a0b6320640000");
    CHECK(text_of(bytes_of("hex 0a:0b 0c / \"\\x00\\t\" \"z\"")) == "0a0b0c00097a");
    CHECK(text_of(bytes_of("text \"/;#=\"")) == "2f3b233d");
    CHECK(text_of(bytes_of("00 01 ff")) == "0001ff");
    CHECK(text_of(bytes_of("\t0x0000:  4500 001c\n\t0x0010:  ab\n")) == "4500001cab");
    CHECK(text_of(bytes_of("# a comment\n\"a\" # another\n / \"b\"")) == "6162");
    CHECK(text_of(bytes_of("hex / \"\"")).empty());
}

TEST_CASE("semicolons separate frames, and one may stand behind the last") {
    CHECK(send_frame::parse("eth / arp ; eth / ip")->size() == 2);
    CHECK(send_frame::parse("eth;")->size() == 1);
}

TEST_CASE("what can't be built is a sentence") {
    for (const char* text :
         {"ip options=01", "ip frag=7", "tcp options=01", "ip / raw zeros=65535", "udp / raw zeros=65535",
          "ip6 / ext data=00", "frag frag=3", "raw zeros=65535 / raw zeros=65535"}) {
        CAPTURE(text);
        const auto frames = send_frame::parse(text);
        REQUIRE(frames);
        const auto bytes = assemble(frames->front());
        REQUIRE_FALSE(bytes);
        CHECK(bytes.error().size() > 10);
    }
}

TEST_CASE("what is shown is a line, a tree and the bytes") {
    send_frame::Frame frame;
    frame.bytes = bytes_of("eth / ip dst=192.0.2.1 ttl=3 / udp dport=53 / \"payload\"");
    const std::string text = show(frame);
    CHECK(text.find("time to live: 3") != std::string::npos);
    CHECK(text.find("0x0020: ") != std::string::npos);
    CHECK(text.find("payloa\n") != std::string::npos);
    CHECK(text.ends_with(" d\n"));
}

TEST_CASE("a capture file has the frames as they are") {
    std::vector<send_frame::Frame> frames(2);
    frames[0].bytes = bytes_of("eth / arp");
    frames[1].bytes = bytes_of("eth / ip");
    const auto file = capture_of(frames, 1'000'000'007);
    REQUIRE(file);
    packet::CaptureReader reader;
    reader.feed(*file);
    for (const auto& frame : frames) {
        const auto next = reader.next();
        REQUIRE(next);
        REQUIRE(*next);
        CHECK((*next)->time_ns == 1'000'000'007);
        CHECK(std::ranges::equal((*next)->data, frame.bytes));
    }
    CHECK(reader.finish());
    frames[1].link = packet::LinkType::raw_ip;
    CHECK_FALSE(capture_of(frames, 0));
}
