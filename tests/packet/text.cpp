// Packets in words.
#include "hex.hpp"

#include <pier/packet/text/describe.hpp>
#include <pier/packet/text/tree.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using namespace pier::packet;

namespace {

std::string line(std::string_view digits, LinkType link = LinkType::raw_ip) {
    const auto bytes = hex(digits);
    return describe(dissect(bytes, link));
}

constexpr std::string_view v6_addresses = "20010db8000000000000000000000001 20010db8000000000000000000000002";

}  // namespace

TEST_CASE("describe: a line in the manner of tcpdump") {
    CHECK(
        line(
            "ffffffffffff 00005e005301 8100 0005 0806 0001 0800 06 04 0001 00005e005301 c0000201 000000000000 c0000202",
            LinkType::ethernet) == "vlan 5, ARP, Request who-has 192.0.2.2 tell 192.0.2.1, length 28");
    CHECK(line("ffffffffffff 00005e005301 88cc 0001", LinkType::ethernet) ==
          "00:00:5e:00:53:01 > ff:ff:ff:ff:ff:ff, ethertype 0x88cc, length 16");
    CHECK(
        line("4500 0030 0001 4000 4006 b6c3 c0000201 c0000202"
             "9c40 0050 00000001 00000000 7002 faf0 6799 0000 0204 05b4 0101 0402") ==
        "IP 192.0.2.1.40000 > 192.0.2.2.80: Flags [S], seq 1, win 64240, options [mss 1460,nop,nop,sackOK], length 0");
    // Captured before the network interface divides it.
    CHECK(
        line("4500 0000 0001 4000 4006 b6f3 c0000201 c0000202"
             "9c40 0050 00000001 00000000 7002 faf0 6799 0000 0204 05b4 0101 0402") ==
        "IP 192.0.2.1.40000 > 192.0.2.2.80: Flags [S], seq 1, win 64240, options [mss 1460,nop,nop,sackOK], length 0");
    CHECK(line("4500 001c 0001 2000 4011 d6cc c0000201 c0000202 0001 0002 0010 0000") ==
          "IP 192.0.2.1.1 > 192.0.2.2.2: UDP, length 0");
    CHECK(line("4500 001c 0001 0001 4011 f6cb c0000201 c0000202 0001 0002 0010 0000") ==
          "IP 192.0.2.1 > 192.0.2.2: UDP fragment, offset 8, length 8");
    CHECK(line("4500 0020 0001 0000 4001 f6d8 c0000201 c0000202 0800 f6fa 0001 0002 00000000") ==
          "IP 192.0.2.1 > 192.0.2.2: ICMP echo request, id 1, seq 2, length 12 [ICMP checksum is wrong]");
    CHECK(line("60000000 0004 3b 40" + std::string(v6_addresses) + "01020304") ==
          "IP6 2001:db8::1 > 2001:db8::2: no next header, length 4");
    CHECK(line("4500 003d 0001 0000 4011 f6ab c0000201 c0000202 0400 0035 0029 0000"
               "1234 0100 0001 0000 0000 0000 03777777 07 6578616d706c65 03 636f6d 00 0001 0001") ==
          "IP 192.0.2.1.1024 > 192.0.2.2.53: 4660+ A? www.example.com. (33)");
    CHECK(line("45") == "[IPv4 header at 0: 20 bytes are needed, 1 is there]");
    CHECK(line("") == "[packet at 0: it is empty]");
}

TEST_CASE("describe: nothing of a packet's content goes out as it is") {
    const std::string text = line(
        "4500 0043 0001 0000 4011 f6a5 c0000201 c0000202 0400 0035 002f 0000"
        "1234 8180 0000 0001 0000 0000 04 1b5b3241 00 0010 0001 00000000 000b 0a 1b5d303b7800ff22 5c61");
    CHECK(text == "IP 192.0.2.1.1024 > 192.0.2.2.53: 4660 1/0/0 TXT \"\\027]0;x\\000\\255\\034\\092a\" (39)");
}

TEST_CASE("tree: layers, their fields, and the error at its end") {
    const auto bytes = hex("4500 0030 0001 4000 4006 b6c3 c0000201 c0000202 9c40 0050 00000001");
    const auto lines = layer_tree(dissect(bytes, LinkType::ipv4));
    REQUIRE(lines.size() > 3);
    CHECK(lines[0].text == "IPv4, 28 bytes, checksum is right");
    CHECK(lines[0].depth == 0);
    CHECK(std::ranges::any_of(lines, [](const TreeLine& each) {
        return each.text == "time to live: 64" && each.offset == 8 && each.size == 1 && each.depth == 1;
    }));
    CHECK(lines.back().text == "IPv4 packet at 0: says 48 bytes, 28 are there");
}

TEST_CASE("tree: what an ICMP error is about, and the options of a router") {
    // Of port unreachable, whose original is cut behind the header of UDP.
    const auto error =
        hex("4500 0038 0000 0000 4001 0000 c0000202 c0000201 0303 0000 00000000"
            "4500 0030 0001 0000 4011 f6b8 c0000201 c0000202 0400 0007 001c 0000");
    const auto lines = layer_tree(dissect(error, LinkType::ipv4));
    CHECK(std::ranges::any_of(lines, [](const TreeLine& each) {
        return each.text ==
                   "original: IP 192.0.2.1.1024 > 192.0.2.2.7: UDP, length 0 [IPv4 packet at 0: says 48 bytes, 28 are "
                   "there]" &&
               each.offset == 28 && each.size == 28;
    }));
    const auto router = hex("60000000 0018 3a ff" + std::string(v6_addresses) +
                            "8600 0000 40 00 0708 00000000 00000000 05 01 0000 000005dc");
    const auto options = layer_tree(dissect(router, LinkType::ipv6));
    CHECK(std::ranges::any_of(options, [](const TreeLine& each) {
        return each.text == "option: mtu 1500" && each.offset == 56 && each.size == 8;
    }));
}
