// Addresses as text: what is read, what is refused, what is written.
#include "../contract/support/outcome.hpp"

#include <pier/endpoint.hpp>
#include <pier/sys/interface.hpp>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

using contract::outcome;
using pier::Endpoint;
using pier::Errc;
using pier::Family;

namespace {

Endpoint six(std::initializer_list<std::uint16_t> groups, std::uint16_t port = 0, std::uint32_t scope = 0) {
    Endpoint::V6 bytes{};
    std::size_t at = 0;
    for (std::uint16_t group : groups) {
        bytes[at++] = static_cast<std::uint8_t>(group >> 8);
        bytes[at++] = static_cast<std::uint8_t>(group & 0xff);
    }
    return Endpoint::v6(bytes, port, scope);
}

void reads(std::string_view text, const Endpoint& expected) {
    CAPTURE(text);
    auto parsed = Endpoint::parse_address(text);
    REQUIRE(outcome(parsed) == Errc::ok);
    CHECK(*parsed == expected);
}

// The index of one: which there is, differs from machine to machine.
std::uint32_t an_interface() {
    std::uint32_t index = 1;
    while (!pier::sys::interface_exists(index) && index < 10'000) ++index;
    return index;
}

}  // namespace

TEST_CASE("endpoint: IPv4 is read") {
    reads("0.0.0.0", Endpoint::any(Family::ipv4));
    reads("127.0.0.1", Endpoint::loopback(Family::ipv4));
    reads("255.255.255.255", Endpoint::v4({255, 255, 255, 255}, 0));
    reads("1.20.200.0", Endpoint::v4({1, 20, 200, 0}, 0));
}

TEST_CASE("endpoint: IPv6 is read") {
    reads("::", Endpoint::any(Family::ipv6));
    reads("::1", Endpoint::loopback(Family::ipv6));
    reads("1::", six({1}));
    reads("1:2:3:4:5:6:7:8", six({1, 2, 3, 4, 5, 6, 7, 8}));
    reads("2001:DB8::aBcD", six({0x2001, 0xdb8, 0, 0, 0, 0, 0, 0xabcd}));
    reads("0001:0002::0", six({1, 2}));
    reads("::2:3:4:5:6:7:8", six({0, 2, 3, 4, 5, 6, 7, 8}));
    reads("1:2:3:4:5:6:7::", six({1, 2, 3, 4, 5, 6, 7, 0}));
    reads("1:2:3::5:6:7:8", six({1, 2, 3, 0, 5, 6, 7, 8}));
    reads("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
          six({0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff}));
}

TEST_CASE("endpoint: IPv6 with a dotted quad at its end is read") {
    reads("::ffff:192.0.2.1", six({0, 0, 0, 0, 0, 0xffff, 0xc000, 0x201}));
    reads("::192.0.2.1", six({0, 0, 0, 0, 0, 0, 0xc000, 0x201}));
    reads("64:ff9b::192.0.2.33", six({0x64, 0xff9b, 0, 0, 0, 0, 0xc000, 0x221}));
    reads("1:2:3:4:5:6:255.255.255.255", six({1, 2, 3, 4, 5, 6, 0xffff, 0xffff}));
    reads("1:2:3:4:5::1.2.3.4", six({1, 2, 3, 4, 5, 0, 0x102, 0x304}));
}

TEST_CASE("endpoint: what is no address is refused") {
    for (std::string_view text :
         {"", " ", ".", ":", "::1 ", " ::1", "a", "localhost",
          // IPv4: the historical forms, too few, too many, too much
          "1", "127.1", "127.0.1", "1.2.3", "1.2.3.", ".1.2.3", "1..2.3", "1.2.3.4.", "1.2.3.4.5", "256.0.0.1",
          "1.2.3.256", "01.2.3.4", "1.2.3.04", "00.0.0.0", "0x7f.0.0.1", "1.2.3.4a", "-1.2.3.4", "+1.2.3.4", "1. 2.3.4",
          "1.2.3.4 ", "4294967296.0.0.1", "99999999999999999999.0.0.1", "1,2,3,4", "127.0.0.1/8",
          // IPv6
          ":::", ":::1", "1:::", "1:::2", "::1::", "1::2::3", "::::", ":1", "1:", "1:2:3:4:5:6:7",
          "1:2:3:4:5:6:7:", ":2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8",
          "1:2:3:4::5:6:7:8", "12345::", "::00001", "g::", "::-1", "::+1", "::0x1",
          "1:2:3:4:5:6:7:8:", ":1:2:3:4:5:6:7:8", "[::1]", "::1/128", "1::2:", ":1::2", "1 ::2",
          // a dotted quad anywhere but at the end, or a bad one
          "1.2.3.4::1", "1.2.3.4::", "::1.2.3.4:5", "::1.2.3.4::", "1.2.3.4:1:2:3:4:5:6", "1:2:3:4:5:6:7:1.2.3.4",
          "1:2:3:4:5:1.2.3.4", "::1.2.3", "::1.2.3.256", "::01.2.3.4", "::1.2.3.4.5", "::ffff:.1.2.3",
          "1:2:3:4:5:6::1.2.3.4",
          // zones
          "%1", "1.2.3.4%1", "::1%", "%"}) {
        CAPTURE(text);
        CHECK(outcome(Endpoint::parse_address(text)) == Errc::bad_address_text);
    }
}

TEST_CASE("endpoint: a zero byte ends no text") {
    using namespace std::string_view_literals;
    for (std::string_view text : {"127.0.0.1\0"sv, "\0"sv, "::1\0"sv, "127.0.0.1\0.5"sv, "::\0001"sv}) {
        CHECK(outcome(Endpoint::parse_address(text)) == Errc::bad_address_text);
    }
    CHECK_FALSE(Endpoint::parse("127.0.0.1:80\0"sv));
    // A system that calls its loopback interface so must not know it by a longer name, too.
    CHECK_FALSE(Endpoint::parse_address("fe80::1%lo\0x"sv));
}

TEST_CASE("endpoint: with a port") {
    auto endpoint = Endpoint::parse("127.0.0.1:7000");
    REQUIRE(outcome(endpoint) == Errc::ok);
    CHECK(*endpoint == Endpoint::loopback(Family::ipv4, 7000));
    endpoint = Endpoint::parse("[::1]:65535");
    REQUIRE(outcome(endpoint) == Errc::ok);
    CHECK(*endpoint == Endpoint::loopback(Family::ipv6, 65535));
    endpoint = Endpoint::parse("[::ffff:1.2.3.4]:0");
    REQUIRE(outcome(endpoint) == Errc::ok);
    CHECK(*endpoint == six({0, 0, 0, 0, 0, 0xffff, 0x102, 0x304}, 0));
    for (std::string_view text :
         {"", ":", ":80",
          // no port or a bad one
          "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+1", "127.0.0.1:080", "127.0.0.1:00",
          "127.0.0.1: 80", "127.0.0.1:80 ", "127.0.0.1:http", "127.0.0.1:8:0", "127.0.0.1:99999999999", "[::1]:0x50",
          // brackets where none belong, or none where they do
          "[127.0.0.1]:80", "::1", "::1:80", "1:2:3:4:5:6:7:8:80", "[::1]", "[::1]:", "[::1]80", "[]:80", "[:80",
          "]:80", "[::1:80", "::1]:80", "[[::1]]:80", "[::1]]:80", "[::1]x:80", "x[::1]:80", "[ ::1]:80",
          // no address
          "localhost:80", "[1.2.3.4::1]:80", "[%1]:80", "[::1%]:80"}) {
        CAPTURE(text);
        CHECK(outcome(Endpoint::parse(text)) == Errc::bad_address_text);
    }
}

TEST_CASE("endpoint: zones") {
    const std::uint32_t index = an_interface();
    const std::string zone = std::to_string(index);
    reads("fe80::1%" + zone, six({0xfe80, 0, 0, 0, 0, 0, 0, 1}, 0, index));
    auto endpoint = Endpoint::parse("[fe80::1%" + zone + "]:53");
    REQUIRE(outcome(endpoint) == Errc::ok);
    CHECK(*endpoint == six({0xfe80, 0, 0, 0, 0, 0, 0, 1}, 53, index));
    CHECK(endpoint->to_string() == "[fe80::1%" + zone + "]:53");
    CHECK(endpoint->address_string() == "fe80::1%" + zone);

    std::string endless = "fe80::1%" + std::string(100'000, 'x');
    for (const std::string& text :
         {std::string("fe80::1%0"), std::string("fe80::1%999999"), std::string("fe80::1%4294967295"),
          std::string("fe80::1%no-such-interface"), std::string("fe80::1%4294967296"), std::string("fe80::1%-1"),
          std::string("fe80::1%02"), std::string("fe80::1%%2"), std::string("fe80::1% 2"), std::string("fe80::1%2 "),
          endless}) {
        CAPTURE(text.substr(0, 40));
        CHECK(outcome(Endpoint::parse_address(text)) == Errc::no_such_interface);
    }
}

TEST_CASE("endpoint: a zone belongs to a link-local address only") {
    const std::uint32_t index = an_interface();
    for (std::string text : {"febf::1%", "ff01::1%", "ff02::fb%", "ff32::1%"}) {
        text += std::to_string(index);
        CAPTURE(text);
        auto parsed = Endpoint::parse_address(text);
        REQUIRE(outcome(parsed) == Errc::ok);
        CHECK(parsed->scope() == index);
    }
    for (std::string_view text : {"::1%1", "::1%9999", "::%1", "2001:db8::1%2", "fd00::1%2", "fec0::1%2", "ff05::1%2",
                                  "ff0e::1%2", "::ffff:1.2.3.4%2", "::1%no-such-interface", "::1%0"}) {
        CAPTURE(text);
        CHECK(outcome(Endpoint::parse_address(text)) == Errc::misplaced_zone);
    }
}

TEST_CASE("endpoint: IPv4 is written") {
    CHECK(Endpoint::v4({192, 0, 2, 255}, 80).to_string() == "192.0.2.255:80");
    CHECK(Endpoint::any(Family::ipv4).to_string() == "0.0.0.0:0");
    CHECK(Endpoint::any(Family::ipv4, 65535).address_string() == "0.0.0.0");
    CHECK(Endpoint().to_string() == "unspecified");
    CHECK(Endpoint().address_string() == "unspecified");
}

TEST_CASE("endpoint: IPv6 is written as RFC 5952 wants it") {
    struct Case {
        Endpoint endpoint;
        std::string_view text;
    };
    for (const Case& each : {
             Case{six({}), "::"},
             Case{six({0, 0, 0, 0, 0, 0, 0, 1}), "::1"},
             Case{six({1}), "1::"},
             Case{six({1, 2, 3, 4, 5, 6, 7, 8}), "1:2:3:4:5:6:7:8"},
             // 4.1 no leading zeros; 4.3 lower case
             Case{six({0x2001, 0x0db8, 0, 0, 0, 0, 0xAB, 0x0C}), "2001:db8::ab:c"},
             // 4.2.1 as much as possible; 4.2.2 never a single group
             Case{six({0x2001, 0xdb8, 0, 0, 0, 0, 2, 1}), "2001:db8::2:1"},
             Case{six({0x2001, 0xdb8, 0, 1, 1, 1, 1, 1}), "2001:db8:0:1:1:1:1:1"},
             Case{six({0, 1, 1, 1, 1, 1, 1, 1}), "0:1:1:1:1:1:1:1"},
             Case{six({1, 1, 1, 1, 1, 1, 1, 0}), "1:1:1:1:1:1:1:0"},
             Case{six({0, 1, 0, 1, 0, 1, 0, 1}), "0:1:0:1:0:1:0:1"},
             // 4.2.3 the longest run, the first of equals
             Case{six({0x2001, 0, 0, 1, 0, 0, 0, 1}), "2001:0:0:1::1"},
             Case{six({0x2001, 0xdb8, 0, 0, 1, 0, 0, 1}), "2001:db8::1:0:0:1"},
             Case{six({0, 0, 1, 1, 1, 1, 0, 0}), "::1:1:1:1:0:0"},
             Case{six({0, 0, 0, 1, 0, 0, 0, 0}), "0:0:0:1::"},
             Case{six({1, 0, 0, 0, 0, 0, 0, 0}), "1::"},
             Case{six({1, 0, 0, 2, 0, 0, 0, 0}), "1:0:0:2::"},
             Case{six({0, 0, 2, 3, 4, 5, 6, 7}), "::2:3:4:5:6:7"},
             Case{six({1, 2, 3, 4, 5, 6, 0, 0}), "1:2:3:4:5:6::"},
             // 5 mapped IPv4, and what only looks like it
             Case{six({0, 0, 0, 0, 0, 0xffff, 0xc000, 0x201}), "::ffff:192.0.2.1"},
             Case{six({0, 0, 0, 0, 0, 0xffff, 0, 0}), "::ffff:0.0.0.0"},
             Case{six({0, 0, 0, 0, 0, 0, 0xc000, 0x201}), "::c000:201"},
             Case{six({0, 0, 0, 0, 1, 0xffff, 0xc000, 0x201}), "::1:ffff:c000:201"},
             Case{six({0, 0, 0, 0, 0xffff, 0, 0xc000, 0x201}), "::ffff:0:c000:201"},
             Case{six({0xfe80, 0, 0, 0, 0, 0, 0, 1}, 0, 3), "fe80::1%3"},
         }) {
        CHECK(each.endpoint.address_string() == each.text);
        CHECK(each.endpoint.with_port(443).to_string() == std::string("[").append(each.text).append("]:443"));
        reads(each.text, each.endpoint);
    }
}

TEST_CASE("endpoint: what is written is read again") {
    // Every pattern of zero and other groups, the others of every length.
    for (unsigned mask = 0; mask < 256; ++mask) {
        Endpoint::V6 bytes{};
        for (unsigned group = 0; group < 8; ++group) {
            if ((mask >> group & 1) == 0) continue;
            auto value = static_cast<std::uint16_t>(0x1234u >> (group % 4 * 4));
            bytes[2 * group] = static_cast<std::uint8_t>(value >> 8);
            bytes[2 * group + 1] = static_cast<std::uint8_t>(value & 0xff);
        }
        Endpoint endpoint = Endpoint::v6(bytes, static_cast<std::uint16_t>(mask * 257));
        std::string text = endpoint.to_string();
        CAPTURE(text);
        auto again = Endpoint::parse(text);
        REQUIRE(outcome(again) == Errc::ok);
        CHECK(*again == endpoint);
        CHECK(again->to_string() == text);
    }
}

TEST_CASE("endpoint: what it is") {
    CHECK(sizeof(Endpoint) <= 28);
    CHECK(Endpoint().family() == Family::unspecified);
    CHECK_FALSE(Endpoint().is_any());
    CHECK_FALSE(Endpoint().is_loopback());
    CHECK(Endpoint::any(Family::ipv4, 5).is_any());
    CHECK(Endpoint::any(Family::ipv6, 5).is_any());
    CHECK(Endpoint::v4({127, 255, 0, 9}, 1).is_loopback());
    CHECK_FALSE(Endpoint::v4({128, 0, 0, 1}, 1).is_loopback());
    CHECK_FALSE(six({0x7f00}).is_loopback());
    CHECK(Endpoint::loopback(Family::ipv6).is_loopback());
    CHECK_FALSE(Endpoint::loopback(Family::ipv6).is_any());
    CHECK(Endpoint::v4({1, 2, 3, 4}, 5).v4_bytes() == Endpoint::V4{1, 2, 3, 4});
    CHECK(six({0, 0, 0, 0, 0, 0xffff, 0xc000, 0x201}).is_v4_mapped());
    CHECK_FALSE(six({0, 0, 0, 0, 0, 0, 0xc000, 0x201}).is_v4_mapped());
    CHECK_FALSE(six({0, 0, 0, 0, 1, 0xffff, 0xc000, 0x201}).is_v4_mapped());
    CHECK_FALSE(Endpoint::v4({192, 0, 2, 1}, 1).is_v4_mapped());
    CHECK(six({0xfe80}, 7, 9).scope() == 9);
    CHECK(six({0xfe80}, 7, 9).with_port(8) == six({0xfe80}, 8, 9));
}

TEST_CASE("endpoint: equality and order take everything into account") {
    std::vector<Endpoint> all = {Endpoint(),
                                 Endpoint::v4({1, 2, 3, 4}, 1),
                                 Endpoint::v4({1, 2, 3, 5}, 1),
                                 Endpoint::v4({1, 2, 3, 4}, 2),
                                 six({0x102, 0x304}, 1),
                                 six({0x102, 0x304}, 1, 1),
                                 six({0x102, 0x305}, 1),
                                 six({0x102, 0x304}, 2)};
    std::sort(all.begin(), all.end());
    for (std::size_t i = 0; i < all.size(); ++i) {
        for (std::size_t j = 0; j < all.size(); ++j) {
            CHECK((all[i] == all[j]) == (i == j));
            CHECK((all[i] < all[j]) == (i < j));
        }
    }
}

TEST_CASE("endpoint: names of Unix-domain sockets are read and written") {
    using namespace std::string_view_literals;
    struct {
        std::string_view text;
        std::string_view name;
    } const cases[] = {
        {"unix:/run/pier.sock", "/run/pier.sock"},
        {"unix:relative", "relative"},
        {"unix:./%40at", "./@at"},
        {"unix:%40at", "@at"},
        {"unix:@name", "\0name"sv},
        {"unix:@a%00b", "\0a\0b"sv},
        {"unix:@@", "\0@"sv},
        {"unix:/with%20space%0A%25%7F%C3%A4:7000", "/with space\n%\x7f\xc3\xa4:7000"},
        {"unix:C:\\Temp\\x.sock", "C:\\Temp\\x.sock"},
    };
    for (const auto& each : cases) {
        CAPTURE(each.text);
        auto read = Endpoint::parse(each.text);
        REQUIRE(outcome(read) == Errc::ok);
        CHECK(read->family() == Family::unix_domain);
        CHECK(read->unix_name() == each.name);
        CHECK(*read == Endpoint::from_unix_name(each.name));
        CHECK(read->has_path() == (each.name.front() != '\0'));
        CHECK(read->is_complete());
        const std::string written = read->to_string();
        auto again = Endpoint::parse(written);
        REQUIRE(outcome(again) == Errc::ok);
        CHECK(*again == *read);
        CHECK(std::ranges::all_of(written, [](char c) { return c > ' ' && c < '\x7f'; }));
        if (each.text != "unix:./%40at") CHECK(written == each.text);
    }
    CHECK(Endpoint::parse("unix:/%2fa%2F")->unix_name() == "//a/");
}

TEST_CASE("endpoint: what is no name of a Unix-domain socket is refused") {
    for (std::string_view text : {"unix:", "unix:@", "unix:/a%", "unix:/a%4", "unix:/a%g0", "unix:/a%0g", "unix:/a%00b",
                                  "unix:%00", "unix", "Unix:/a"}) {
        CAPTURE(text);
        CHECK(outcome(Endpoint::parse(text)) == Errc::bad_address_text);
    }
    const std::string longest(Endpoint::longest_unix_name, 'x');
    CHECK(outcome(Endpoint::parse("unix:" + longest)) == Errc::ok);
    CHECK(outcome(Endpoint::parse("unix:@" + longest)) == Errc::ok);
    CHECK(outcome(Endpoint::parse("unix:" + longest + "x")) == Errc::name_too_long);
    CHECK(outcome(Endpoint::parse("unix:@" + longest + "x")) == Errc::name_too_long);
    CHECK(outcome(Endpoint::parse("unix:" + longest + "%41")) == Errc::name_too_long);
    CHECK(outcome(Endpoint::unix_path(longest + "x")) == Errc::name_too_long);
    CHECK(outcome(Endpoint::unix_path("")) == Errc::bad_address_text);
    CHECK(outcome(Endpoint::unix_abstract("")) == Errc::bad_address_text);
    CHECK(Endpoint::from_unix_name(longest + "xyz").unix_name().size() == longest.size() + 1);
}

TEST_CASE("endpoint: a name of a Unix-domain socket lives as long as one of its copies") {
    auto first = Endpoint::unix_path("/a");
    auto second = Endpoint::unix_path("/b");
    REQUIRE(outcome(first) == Errc::ok);
    REQUIRE(outcome(second) == Errc::ok);
    Endpoint copy = *first;
    CHECK(copy.unix_name().data() == first->unix_name().data());
    Endpoint& itself = copy;
    copy = itself;
    CHECK(copy.unix_name() == "/a");
    Endpoint moved = std::move(copy);
    CHECK_FALSE(copy.is_complete());
    CHECK(moved == *first);
    moved = *second;
    *second = Endpoint::loopback(Family::ipv4, 7000);
    CHECK(moved.unix_name() == "/b");
    CHECK(*first < moved);
    CHECK(Endpoint::loopback(Family::ipv6, 1) < *first);
    moved = Endpoint::loopback(Family::ipv6, 1);
    CHECK(moved == Endpoint::loopback(Family::ipv6, 1));
    moved = Endpoint::any(Family::unix_domain);
    CHECK(moved.to_string() == "unix:");
    CHECK(moved.unix_name().empty());
    CHECK_FALSE(moved.is_complete());
    CHECK_FALSE(moved.is_any());
    CHECK(moved.with_port(1) == moved);
    CHECK(moved.reached() == moved);
    CHECK(moved.v6_bytes() == Endpoint::V6{});
}
