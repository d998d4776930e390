// Prefixes: one by itself.
#include <pier/address/prefix.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using pier::Address;
using pier::AddressInPrefix;
using pier::AddressRange;
using pier::Prefix;
using pier::U128;

namespace {

Address address(std::string_view text) { return Address::parse(text).value(); }

Prefix prefix(std::string_view text) {
    CAPTURE(text);
    const auto parsed = Prefix::parse(text);
    REQUIRE(parsed);
    return *parsed;
}

void refused(std::string_view text, std::size_t offset, std::string_view sentence) {
    CAPTURE(text);
    const auto parsed = Prefix::parse(text);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().offset == offset);
    CHECK(parsed.error().sentence == sentence);
}

}  // namespace

TEST_CASE("prefix: what is read is written the same way") {
    for (std::string_view text : {"0.0.0.0/0", "10.0.0.0/8", "192.0.2.128/25", "192.0.2.1/32", "::/0", "2001:db8::/32",
                                  "2001:db8::1/128", "8000::/1", "fe80::/10"}) {
        CHECK(prefix(text).to_string() == text);
    }
    CHECK(prefix("10.0.0.0/255.0.0.0") == prefix("10.0.0.0/8"));
    CHECK(prefix("0.0.0.0/0.0.0.0") == prefix("0.0.0.0/0"));
    CHECK(prefix("1.2.3.4/255.255.255.255") == prefix("1.2.3.4/32"));
}

TEST_CASE("prefix: the sentence says what is wrong, and where") {
    refused("10.0.0.0/33", 9, "10.0.0.0/33: a prefix of IPv4 has at most 32 bits");
    refused("2001:db8::/129", 11, "2001:db8::/129: a prefix of IPv6 has at most 128 bits");
    refused("::/99999999999999999999999", 3, "::/99999999999999999999999: a prefix of IPv6 has at most 128 bits");
    refused("10.0.0.0", 8, "10.0.0.0: the length is missing, as in 10.0.0.0/8");
    refused("2001:db8::", 10, "2001:db8::: the length is missing, as in 2001:db8::/32");
    refused("10.0.0.0/", 9, "10.0.0.0/: the length behind the slash is missing");
    refused("10.0.0.0/x", 9, "10.0.0.0/x: the length is no number");
    refused("10.0.0.0/-1", 9, "10.0.0.0/-1: the length is no number");
    refused("10.0.0.0/8/8", 9, "10.0.0.0/8/8: the length is no number");
    refused("10.0.0.0/08", 9, "10.0.0.0/08: the length has a leading zero");
    refused("10.0.0.1/8", 0, "10.0.0.1/8: bits behind the prefix are set; is 10.0.0.0/8 meant?");
    refused("2001:db8::1/64", 0, "2001:db8::1/64: bits behind the prefix are set; is 2001:db8::/64 meant?");
    refused("10.0.0.0/255.0.255.0", 9,
            "10.0.0.0/255.0.255.0: the mask has ones behind zeros, so it is that of no prefix");
    refused("10.0.0.0/255.0.0.256", 17, "10.0.0.0/255.0.0.256: behind the slash is neither a length nor a mask");
    refused("10.0.0.0/::1.2.3.4", 9, "10.0.0.0/::1.2.3.4: a mask is written as one of IPv4");
    refused("::/255.0.0.0", 3, "::/255.0.0.0: the length is no number");
    refused("fe80::%2/64", 6, "fe80::%2/64: a prefix has no zone");
    refused("10.0.0.256/8", 7, "10.0.0.256: \"256\" is more than 255 (at offset 7)");
    refused("", 0, "\"\": there is no address");
    refused("/8", 0, "\"\": there is no address");
}

TEST_CASE("prefix: an address in its prefix") {
    const auto both = AddressInPrefix::parse("192.168.1.5/24");
    REQUIRE(both);
    CHECK(both->address == address("192.168.1.5"));
    CHECK(both->prefix == prefix("192.168.1.0/24"));
    const auto scoped = AddressInPrefix::parse("fe80::1%2/64");
    REQUIRE(scoped);
    CHECK(scoped->address.scope() == 2);
    CHECK(scoped->prefix == prefix("fe80::/64"));
    CHECK_FALSE(AddressInPrefix::parse("192.168.1.5"));
}

TEST_CASE("prefix: contains") {
    CHECK(prefix("10.0.0.0/8").contains(address("10.255.255.255")));
    CHECK_FALSE(prefix("10.0.0.0/8").contains(address("11.0.0.0")));
    CHECK(prefix("0.0.0.0/0").contains(address("255.255.255.255")));
    CHECK(prefix("::/0").contains(address("ffff::")));
    CHECK_FALSE(prefix("::/0").contains(address("1.2.3.4")));
    CHECK_FALSE(prefix("0.0.0.0/0").contains(address("::ffff:1.2.3.4")));
    CHECK(prefix("fe80::/10").contains(address("fe80::1%2")));
    CHECK(prefix("10.0.0.0/8").contains(prefix("10.1.0.0/16")));
    CHECK(prefix("10.0.0.0/8").contains(prefix("10.0.0.0/8")));
    CHECK_FALSE(prefix("10.1.0.0/16").contains(prefix("10.0.0.0/8")));
    CHECK(prefix("10.1.0.0/16").overlaps(prefix("10.0.0.0/8")));
    CHECK_FALSE(prefix("10.1.0.0/16").overlaps(prefix("10.2.0.0/16")));
}

TEST_CASE("prefix: network, mask, wildcard, broadcast") {
    const Prefix each = prefix("192.0.2.64/26");
    CHECK(each.network() == address("192.0.2.64"));
    CHECK(each.last() == address("192.0.2.127"));
    CHECK(each.mask() == address("255.255.255.192"));
    CHECK(each.wildcard() == address("0.0.0.63"));
    CHECK(each.broadcast() == address("192.0.2.127"));
    CHECK(each.address_count() == "64");
    CHECK(each.host_count() == U128(62));
    CHECK(prefix("0.0.0.0/0").mask() == address("0.0.0.0"));
    CHECK(prefix("0.0.0.0/0").broadcast() == address("255.255.255.255"));
    CHECK(prefix("2001:db8::/33").mask() == address("ffff:ffff:8000::"));
    CHECK_FALSE(prefix("2001:db8::/32").broadcast());
    CHECK(Prefix(address("1.2.3.4"), 99) == prefix("1.2.3.4/32"));
    static_assert(Prefix(Address::v4({10, 1, 2, 3}), 8).network() == Address::v4({10, 0, 0, 0}));
}

TEST_CASE("prefix: hosts") {
    struct Case {
        std::string_view prefix;
        std::string_view first;
        std::string_view last;
        std::string_view count;
    };
    for (const Case& each :
         {Case{"192.0.2.0/24", "192.0.2.1", "192.0.2.254", "254"}, Case{"192.0.2.0/30", "192.0.2.1", "192.0.2.2", "2"},
          // RFC 3021
          Case{"192.0.2.0/31", "192.0.2.0", "192.0.2.1", "2"}, Case{"192.0.2.7/32", "192.0.2.7", "192.0.2.7", "1"},
          Case{"0.0.0.0/0", "0.0.0.1", "255.255.255.254", "4294967294"},
          Case{"2001:db8::/64", "2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff", "18446744073709551615"},
          // RFC 6164
          Case{"2001:db8::/127", "2001:db8::", "2001:db8::1", "2"},
          Case{"2001:db8::7/128", "2001:db8::7", "2001:db8::7", "1"},
          Case{"::/0", "::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "340282366920938463463374607431768211455"}}) {
        CAPTURE(each.prefix);
        CHECK(prefix(each.prefix).hosts() == AddressRange{address(each.first), address(each.last)});
        CHECK(pier::to_string(prefix(each.prefix).host_count()) == each.count);
    }
    CHECK_FALSE(prefix("192.0.2.0/31").broadcast());
    CHECK(prefix("192.0.2.0/30").broadcast() == address("192.0.2.3"));
    CHECK(prefix("::/0").address_count() == "340282366920938463463374607431768211456");
    CHECK(prefix("0.0.0.0/0").address_count() == "4294967296");
    CHECK(prefix("::1/128").address_count() == "1");
}

TEST_CASE("prefix: neighbours, halves and order") {
    CHECK(prefix("10.0.0.0/24").next() == prefix("10.0.1.0/24"));
    CHECK(prefix("10.0.1.0/24").previous() == prefix("10.0.0.0/24"));
    CHECK_FALSE(prefix("255.255.255.0/24").next());
    CHECK_FALSE(prefix("0.0.0.0/24").previous());
    CHECK_FALSE(prefix("::/0").next());
    CHECK_FALSE(prefix("::/0").parent());
    CHECK_FALSE(prefix("0.0.0.0/0").sibling());
    CHECK(prefix("10.0.1.0/24").parent() == prefix("10.0.0.0/23"));
    CHECK(prefix("10.0.1.0/24").sibling() == prefix("10.0.0.0/24"));
    CHECK(prefix("8000::/1").sibling() == prefix("::/1"));
    CHECK(prefix("10.0.0.0/8") < prefix("10.0.0.0/9"));
    CHECK(prefix("10.0.0.0/9") < prefix("10.128.0.0/9"));
    CHECK(prefix("255.0.0.0/8") < prefix("::/0"));
}
