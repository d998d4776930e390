// Addresses as values and as text.
#include <pier/address/address.hpp>
#include <pier/address/byte_order.hpp>
#include <pier/address/forms.hpp>
#include <pier/address/historical.hpp>

#include <doctest/doctest.h>

#include <bit>
#include <string>
#include <string_view>

using pier::Address;
using pier::Family;
using pier::U128;

namespace {

Address address(std::string_view text) {
    auto parsed = Address::parse(text);
    CAPTURE(text);
    REQUIRE(parsed);
    return *parsed;
}

void refused(std::string_view text, std::size_t offset, std::string_view sentence) {
    CAPTURE(text);
    const auto parsed = Address::parse(text);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().offset == offset);
    CHECK(parsed.error().sentence == sentence);
}

}  // namespace

TEST_CASE("address: what is read is written the same way") {
    for (std::string_view text :
         {"0.0.0.0", "192.0.2.1", "255.255.255.255", "::", "::1", "1::", "2001:db8::1", "2001:db8:0:1:1:1:1:1",
          "2001:0:0:1::1", "::ffff:192.0.2.1", "::192.0.2.1", "fe80::1%2", "fe80::1%4294967295", "ff02::1%7"}) {
        CAPTURE(text);
        CHECK(address(text).to_string() == text);
    }
    CHECK(address("2001:DB8:0:0:0:0:0:1").to_string() == "2001:db8::1");
    CHECK(address("::1:2").to_string() == "::0.1.0.2");
    CHECK(address("::c000:201") == address("::192.0.2.1"));
}

TEST_CASE("address: the sentence says what is wrong with IPv4, and where") {
    refused("", 0, "\"\": there is no address");
    refused("localhost", 0, "localhost: no address: IPv4 is written as 192.0.2.1, IPv6 as 2001:db8::1");
    refused("10.0.0.256", 7, "10.0.0.256: \"256\" is more than 255 (at offset 7)");
    refused("10.01.0.1", 3,
            "10.01.0.1: \"01\" has a leading zero, which some systems would read as octal (at offset 3)");
    refused("127.1", 5, "127.1: IPv4 has four numbers, as in 192.0.2.1 (at offset 5)");
    refused("1..2.3", 2, "1..2.3: a number is missing (at offset 2)");
    refused("1.2.3.", 6, "1.2.3.: a number is missing (at offset 6)");
    refused("1.2.3.4.5", 8, "1.2.3.4.5: \"5\" is a fifth number, and IPv4 has four (at offset 8)");
    refused("1.2.x.4", 4, "1.2.x.4: \"x\" does not belong there (at offset 4)");
    refused("1.2.3.4 ", 7, "1.2.3.4 : \" \" does not belong there (at offset 7)");
    refused("1.2.3.99999999999999999999999999", 6,
            "1.2.3.99999999999999999999999999: \"9999999999999999\" is more than 255 (at offset 6)");
}

TEST_CASE("address: the sentence says what is wrong with IPv6, and where") {
    refused(":1::", 0, ":1::: a single colon at an end; \"::\" stands for groups of zeros (at offset 0)");
    refused("1::2:", 4, "1::2:: a single colon at an end; \"::\" stands for groups of zeros (at offset 4)");
    refused("1:::2", 3, "1:::2: a third colon (at offset 3)");
    refused("1::2::3", 4, "1::2::3: \"::\" stands there a second time (at offset 4)");
    refused("12345::", 0, "12345::: \"12345\" has more than four digits (at offset 0)");
    refused("1:2:3", 5, "1:2:3: IPv6 has eight groups, or \"::\" for those that are zero (at offset 5)");
    refused("1:2:3:4:5:6:7:8:9", 16,
            "1:2:3:4:5:6:7:8:9: \"9\" is too much, because IPv6 has eight groups (at offset 16)");
    refused("1:2:3:4::5:6:7:8", 7,
            "1:2:3:4::5:6:7:8: \"::\" stands for no group, because all eight are there (at offset 7)");
    refused("::1.2.3.4:5", 2, "::1.2.3.4:5: IPv4 inside of IPv6 stands at its end (at offset 2)");
    refused("::1.2.3.400", 8, "::1.2.3.400: \"400\" is more than 255 (at offset 8)");
    refused("::1/64", 3, "::1/64: \"/\" does not belong there (at offset 3)");
}

TEST_CASE("address: zones are numbers, behind link-local addresses") {
    CHECK(address("fe80::1%2").scope() == 2);
    CHECK(address("fe80::1").scope() == 0);
    CHECK(address("fe80::1%2") != address("fe80::1"));
    CHECK(address("fe80::1%2").without_scope() == address("fe80::1"));
    refused("::1%2", 3, "::1%2: only a link-local address has a zone");
    for (std::string_view text : {"fe80::1%", "fe80::1%0", "fe80::1%02", "fe80::1%4294967296", "fe80::1%eth0"}) {
        refused(text, 8, std::string(text) + ": the zone is the number of an interface, from 1 on");
    }
}

TEST_CASE("address: a zero byte ends no text, and a long text is quoted in part") {
    using namespace std::string_view_literals;
    for (std::string_view text : {"127.0.0.1\0"sv, "\0"sv, "::1\0"sv, "fe80::1%1\0"sv})
        CHECK_FALSE(Address::parse(text));
    const auto parsed = Address::parse(std::string(100'000, '1'));
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().sentence.size() < 200);
}

TEST_CASE("address: mapped addresses") {
    CHECK(address("::ffff:192.0.2.1").is_mapped());
    CHECK_FALSE(address("::192.0.2.1").is_mapped());
    CHECK_FALSE(address("192.0.2.1").is_mapped());
    CHECK(address("::ffff:192.0.2.1").unmapped() == address("192.0.2.1"));
    CHECK(address("192.0.2.1").mapped() == address("::ffff:192.0.2.1"));
    CHECK(address("2001:db8::1").unmapped() == address("2001:db8::1"));
    CHECK(address("2001:db8::1").mapped() == address("2001:db8::1"));
}

TEST_CASE("address: to an endpoint and back") {
    for (std::string_view text : {"192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1", "fe80::1%2"}) {
        const pier::Endpoint endpoint = address(text).with_port(80);
        CHECK(endpoint.port() == 80);
        CHECK(endpoint.address_string() == text);
        CHECK(Address::of(endpoint) == address(text));
    }
    CHECK_FALSE(Address::of(pier::Endpoint()));
    CHECK_FALSE(Address::of(pier::Endpoint::any(Family::unix_domain)));
}

TEST_CASE("address: numbers, neighbours and order") {
    CHECK(address("192.0.2.1").number() == U128(0xc0000201));
    CHECK(address("2001:db8::1").number() == U128(0x20010db800000000, 1));
    CHECK(Address::from_number(Family::ipv6, U128(0x20010db800000000, 1)) == address("2001:db8::1"));
    CHECK(address("10.0.0.255").next() == address("10.0.1.0"));
    CHECK(address("10.0.1.0").previous() == address("10.0.0.255"));
    CHECK(address("::ffff:ffff:ffff:ffff").next() == address("0:0:0:1::"));
    CHECK_FALSE(address("255.255.255.255").next());
    CHECK_FALSE(address("0.0.0.0").previous());
    CHECK_FALSE(address("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff").next());
    CHECK_FALSE(address("::").previous());
    CHECK(address("9.255.255.255") < address("10.0.0.0"));
    CHECK(address("255.255.255.255") < address("::"));
}

TEST_CASE("address: wide numbers") {
    CHECK(pier::to_string(U128(0)) == "0");
    CHECK(pier::to_string(U128(0xffffffffffffffff)) == "18446744073709551615");
    CHECK(pier::to_string(U128(1, 0)) == "18446744073709551616");
    CHECK(pier::to_string(U128::ones(128)) == "340282366920938463463374607431768211455");
    CHECK(pier::power_of_two_text(0) == "1");
    CHECK(pier::power_of_two_text(10) == "1024");
    CHECK(pier::power_of_two_text(128) == "340282366920938463463374607431768211456");
    static_assert(U128(1, 0) - 1 == U128(0xffffffffffffffff));
    static_assert(U128(0xffffffffffffffff) + 1 == U128(1, 0));
    static_assert(((U128(1) << 100) >> 100) == U128(1));
    static_assert((U128(1) << 128) == U128(0) && (U128(1) << 0) == U128(1));
    static_assert((U128(3) << 63) == U128(1, std::uint64_t{1} << 63));
    static_assert(U128::ones(0) == U128(0) && U128::ones(64) == U128(0xffffffffffffffff));
}

TEST_CASE("address: byte order") {
    static_assert(pier::swap_bytes(std::uint16_t{0x1234}) == 0x3412);
    static_assert(pier::swap_bytes(std::uint32_t{0x12345678}) == 0x78563412);
    static_assert(pier::swap_bytes(std::uint64_t{0x0123456789abcdef}) == 0xefcdab8967452301);
    static_assert(pier::from_network(pier::to_network(std::uint32_t{0x12345678})) == 0x12345678);
    const auto bytes = std::bit_cast<std::array<std::uint8_t, 4>>(pier::to_network(std::uint32_t{0x01020304}));
    CHECK(bytes == std::array<std::uint8_t, 4>{1, 2, 3, 4});
    const auto port = std::bit_cast<std::array<std::uint8_t, 2>>(pier::to_network(std::uint16_t{0x1f90}));
    CHECK(port == std::array<std::uint8_t, 2>{0x1f, 0x90});
    static_assert(!pier::NetworkNumber<int> && !pier::NetworkNumber<bool> && !pier::NetworkNumber<char16_t>);
}

TEST_CASE("address: other forms") {
    CHECK(pier::hexadecimal(address("192.0.2.1")) == "0xc0000201");
    CHECK(pier::hexadecimal(pier::swapped(address("192.0.2.1"))) == "0x010200c0");
    CHECK(pier::hexadecimal(address("2001:db8::1")) == "0x20010db8000000000000000000000001");
    CHECK(pier::binary(address("192.0.2.1")) == "11000000.00000000.00000010.00000001");
    CHECK(pier::binary(address("8000::1")).starts_with("1000000000000000:0000000000000000:"));
    CHECK(pier::reverse_name(address("192.0.2.1")) == "1.2.0.192.in-addr.arpa");
    // RFC 3596, section 2.5.
    CHECK(pier::reverse_name(address("4321:0:1:2:3:4:567:89ab")) ==
          "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa");
    CHECK(pier::reverse_zone({address("192.0.2.0"), 24}) == "2.0.192.in-addr.arpa");
    CHECK(pier::reverse_zone({address("0.0.0.0"), 0}) == "in-addr.arpa");
    CHECK(pier::reverse_zone({address("2001:db8::"), 32}) == "8.b.d.0.1.0.0.2.ip6.arpa");
    CHECK(pier::reverse_zone({address("2001:db8::"), 28}) == "b.d.0.1.0.0.2.ip6.arpa");
    CHECK_FALSE(pier::reverse_zone({address("192.0.2.0"), 25}));
}

TEST_CASE("address: historical forms are read by the function of that name alone") {
    struct Case {
        std::string_view text;
        std::string_view meaning;
    };
    for (const Case& each :
         {Case{"127.1", "127.0.0.1"}, Case{"0x7f000001", "127.0.0.1"}, Case{"2130706433", "127.0.0.1"},
          Case{"0177.0.0.1", "127.0.0.1"}, Case{"1.2.3", "1.2.0.3"}, Case{"1.2.65535", "1.2.255.255"},
          Case{"1.16777215", "1.255.255.255"}, Case{"4294967295", "255.255.255.255"}, Case{"0", "0.0.0.0"},
          Case{"010.010.010.010", "8.8.8.8"}, Case{"0XA.0xb.0.1", "10.11.0.1"}, Case{"00000000000000000001", "0.0.0.1"},
          Case{"0x00000000000000000001", "0.0.0.1"}}) {
        CAPTURE(each.text);
        const auto parsed = pier::parse_historical(each.text);
        REQUIRE(parsed);
        CHECK(*parsed == address(each.meaning));
        CHECK_FALSE(Address::parse(each.text));
    }
    struct Wrong {
        std::string_view text;
        std::size_t offset;
    };
    for (const Wrong& each :
         {Wrong{"", 0},          Wrong{".", 0},          Wrong{"1.", 2},         Wrong{"1..2", 2},
          Wrong{"1.2.3.4.", 7},  Wrong{"1.2.3.4.5", 7},  Wrong{"256.1", 0},      Wrong{"1.2.3.256", 6},
          Wrong{"1.2.65536", 4}, Wrong{"1.16777216", 2}, Wrong{"4294967296", 0}, Wrong{"99999999999999999999999", 0},
          Wrong{"08", 1},        Wrong{"0x", 1},         Wrong{"0xg", 1},        Wrong{"x", 0},
          Wrong{"-1", 0},        Wrong{"+1", 0},         Wrong{" 1", 0},         Wrong{"1 ", 1},
          Wrong{"1 garbage", 1}, Wrong{"1.2.3.4\n", 7},  Wrong{"::1", 0}}) {
        CAPTURE(each.text);
        const auto parsed = pier::parse_historical(each.text);
        REQUIRE_FALSE(parsed);
        CHECK(parsed.error().offset == each.offset);
    }
    CHECK(pier::parse_historical("08").error().sentence ==
          "08: \"8\" is no octal digit, and a number with a leading zero is octal (at offset 1)");
}
