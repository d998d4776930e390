// What addresses are for.
#include <pier/address/ranges.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using pier::Address;
using pier::Answer;
using pier::RangeKind;

namespace {

Address address(std::string_view text) { return Address::parse(text).value(); }

// The narrowest one that the address is in.
const pier::SpecialRange& range_of(std::string_view text) {
    CAPTURE(text);
    const auto found = pier::special_ranges_of(address(text));
    REQUIRE_FALSE(found.empty());
    return *found.front();
}

char letter_of(std::string_view text) { return pier::class_of(address(text)).value().letter; }

}  // namespace

TEST_CASE("ranges: classes") {
    CHECK(letter_of("0.0.0.0") == 'A');
    CHECK(letter_of("127.255.255.255") == 'A');
    CHECK(letter_of("128.0.0.0") == 'B');
    CHECK(letter_of("191.255.255.255") == 'B');
    CHECK(letter_of("192.0.0.0") == 'C');
    CHECK(letter_of("223.255.255.255") == 'C');
    CHECK(letter_of("224.0.0.0") == 'D');
    CHECK(letter_of("239.255.255.255") == 'D');
    CHECK(letter_of("240.0.0.0") == 'E');
    CHECK(letter_of("255.255.255.255") == 'E');
    CHECK(pier::class_of(address("10.0.0.1"))->length == 8);
    CHECK(pier::class_of(address("224.0.0.1"))->length == std::nullopt);
    CHECK_FALSE(pier::class_of(address("::1")));
}

TEST_CASE("ranges: both ends of each, and what is beside them") {
    using enum RangeKind;
    struct Case {
        RangeKind kind;
        std::string_view first;
        std::string_view last;
    };
    for (const Case& each : {Case{private_use, "10.0.0.0", "10.255.255.255"},
                             Case{private_use, "172.16.0.0", "172.31.255.255"},
                             Case{private_use, "192.168.0.0", "192.168.255.255"},
                             Case{shared, "100.64.0.0", "100.127.255.255"},
                             Case{loopback, "127.0.0.0", "127.255.255.255"},
                             Case{link_local, "169.254.0.0", "169.254.255.255"},
                             Case{documentation, "192.0.2.0", "192.0.2.255"},
                             Case{documentation, "198.51.100.0", "198.51.100.255"},
                             Case{documentation, "203.0.113.0", "203.0.113.255"},
                             Case{benchmarking, "198.18.0.0", "198.19.255.255"},
                             Case{multicast, "224.0.0.0", "239.255.255.255"},
                             Case{broadcast, "255.255.255.255", "255.255.255.255"},
                             Case{loopback, "::1", "::1"},
                             Case{unspecified, "::", "::"},
                             Case{mapped, "::ffff:0.0.0.0", "::ffff:255.255.255.255"},
                             Case{translation, "64:ff9b::", "64:ff9b::ffff:ffff"},
                             Case{tunnel, "2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff"},
                             Case{tunnel, "2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
                             Case{documentation, "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"},
                             Case{documentation, "3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff"},
                             Case{unique_local, "fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
                             Case{link_local, "fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
                             Case{site_local, "fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
                             Case{multicast, "ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}}) {
        CAPTURE(each.first);
        CHECK(pier::is_of(address(each.first), each.kind));
        CHECK(pier::is_of(address(each.last), each.kind));
        const auto before = address(each.first).previous();
        const auto behind = address(each.last).next();
        if (before) CHECK_FALSE(pier::is_of(*before, each.kind));
        if (behind) CHECK_FALSE(pier::is_of(*behind, each.kind));
    }
    CHECK(pier::special_ranges_of(address("8.8.8.8")).empty());
    CHECK(pier::special_ranges_of(address("2606:4700::1111")).empty());
    CHECK(pier::is_of(address("fe80::1%2"), link_local));
}

TEST_CASE("ranges: every entry of the registries, with its five columns") {
    const auto letter = [](Answer answer) { return answer == Answer::yes ? 'T' : answer == Answer::no ? 'F' : '-'; };
    struct Row {
        std::string_view prefix;
        std::string_view columns;  // source, destination, forwardable, globally reachable, reserved by protocol
    };
    constexpr Row rows[] = {
        {"0.0.0.0/8", "TFFFT"},       {"0.0.0.0/32", "TFFFT"},         {"10.0.0.0/8", "TTTFF"},
        {"100.64.0.0/10", "TTTFF"},   {"127.0.0.0/8", "FFFFT"},        {"169.254.0.0/16", "TTFFT"},
        {"172.16.0.0/12", "TTTFF"},   {"192.0.0.0/24", "FFFFF"},       {"192.0.0.0/29", "TTTFF"},
        {"192.0.0.8/32", "TFFFF"},    {"192.0.0.9/32", "TTTTF"},       {"192.0.0.10/32", "TTTTF"},
        {"192.0.0.170/32", "FFFFT"},  {"192.0.0.171/32", "FFFFT"},     {"192.0.2.0/24", "FFFFF"},
        {"192.31.196.0/24", "TTTTF"}, {"192.52.193.0/24", "TTTTF"},    {"192.88.99.0/24", "-----"},
        {"192.88.99.2/32", "TTTFF"},  {"192.168.0.0/16", "TTTFF"},     {"192.175.48.0/24", "TTTTF"},
        {"198.18.0.0/15", "TTTFF"},   {"198.51.100.0/24", "FFFFF"},    {"203.0.113.0/24", "FFFFF"},
        {"240.0.0.0/4", "FFFFT"},     {"255.255.255.255/32", "FTFFT"}, {"::/128", "TFFFT"},
        {"::1/128", "FFFFT"},         {"::ffff:0:0/96", "FFFFT"},      {"64:ff9b::/96", "TTTTF"},
        {"64:ff9b:1::/48", "TTTFF"},  {"100::/64", "TTTFF"},           {"100:0:0:1::/64", "TFFFF"},
        {"2001::/23", "FFFFF"},       {"2001::/32", "TTT-F"},          {"2001:1::1/128", "TTTTF"},
        {"2001:1::2/128", "TTTTF"},   {"2001:1::3/128", "TTTTF"},      {"2001:2::/48", "TTTFF"},
        {"2001:3::/32", "TTTTF"},     {"2001:4:112::/48", "TTTTF"},    {"2001:10::/28", "-----"},
        {"2001:20::/28", "TTTTF"},    {"2001:30::/28", "TTTTF"},       {"2001:db8::/32", "FFFFF"},
        {"2002::/16", "TTT-F"},       {"2620:4f:8000::/48", "TTTTF"},  {"3fff::/20", "FFFFF"},
        {"5f00::/16", "TTTFF"},       {"fc00::/7", "TTTFF"},           {"fe80::/10", "TTFFT"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.prefix);
        const auto prefix = pier::Prefix::parse(row.prefix);
        REQUIRE(prefix);
        const auto found = pier::special_ranges_of(*prefix);
        REQUIRE_FALSE(found.empty());
        const pier::SpecialRange& range = *found.front();
        CHECK(range.prefix == *prefix);
        const std::string columns{letter(range.as_source), letter(range.as_destination), letter(range.forwardable),
                                  letter(range.globally_reachable), letter(range.reserved_by_protocol)};
        CHECK(columns == row.columns);
    }
}

TEST_CASE("ranges: the columns of the registries") {
    const auto& link_local = range_of("169.254.1.1");
    CHECK(link_local.source == "RFC 3927");
    CHECK(link_local.as_source == Answer::yes);
    CHECK(link_local.as_destination == Answer::yes);
    CHECK(link_local.forwardable == Answer::no);
    CHECK(link_local.globally_reachable == Answer::no);
    CHECK(link_local.reserved_by_protocol == Answer::yes);
    CHECK(range_of("2001:0:1::").globally_reachable == Answer::not_said);  // Teredo
    CHECK(range_of("255.255.255.255").as_destination == Answer::yes);
    CHECK(range_of("255.255.255.255").as_source == Answer::no);
    // RFC 6890: what can't be a destination can't be forwarded, nor be reachable.
    for (const pier::SpecialRange& range : pier::special_ranges()) {
        CAPTURE(range.prefix.to_string());
        if (range.as_destination == Answer::no) {
            CHECK(range.forwardable == Answer::no);
            CHECK(range.globally_reachable == Answer::no);
        }
        CHECK(range.source.starts_with("RFC "));
    }
}

TEST_CASE("ranges: the narrowest one first") {
    CHECK(range_of("192.0.0.9").name == "Port Control Protocol anycast");
    CHECK(range_of("192.0.0.9").globally_reachable == Answer::yes);
    const auto all = pier::special_ranges_of(address("192.0.0.9"));
    REQUIRE(all.size() == 2);
    CHECK(all[1]->name == "IETF protocol assignments");
    CHECK(pier::special_ranges_of(pier::Prefix(address("10.0.0.0"), 7)).empty());
    CHECK(pier::special_ranges_of(pier::Prefix(address("10.1.0.0"), 16)).size() == 1);
}

TEST_CASE("ranges: scopes of multicast") {
    CHECK(pier::multicast_scope(address("ff01::1")) == "interface-local");
    CHECK(pier::multicast_scope(address("ff02::1")) == "link-local");
    CHECK(pier::multicast_scope(address("ff33::1")) == "realm-local");
    CHECK(pier::multicast_scope(address("ff05::1")) == "site-local");
    CHECK(pier::multicast_scope(address("ff08::1")) == "organization-local");
    CHECK(pier::multicast_scope(address("ff0e::1")) == "global");
    CHECK(pier::multicast_scope(address("ff0f::1")) == "reserved");
    CHECK(pier::multicast_scope(address("ff07::1")) == "unassigned");
    CHECK(pier::multicast_scope(address("224.0.0.251")) == "link-local");
    CHECK(pier::multicast_scope(address("224.0.1.1")) == "global");
    CHECK(pier::multicast_scope(address("239.255.255.250")) == "local");
    CHECK(pier::multicast_scope(address("239.192.0.1")) == "organization-local");
    CHECK(pier::multicast_scope(address("239.195.255.255")) == "organization-local");
    CHECK(pier::multicast_scope(address("239.1.2.3")) == "administratively scoped");
    CHECK_FALSE(pier::multicast_scope(address("10.0.0.1")));
    CHECK_FALSE(pier::multicast_scope(address("fe80::1")));
}

TEST_CASE("ranges: addresses of IPv4 inside of IPv6") {
    const auto only = [](std::string_view text) {
        const auto found = pier::embedded_addresses(address(text));
        CAPTURE(text);
        REQUIRE(found.size() == 1);
        return std::string(found[0].role) + " " + found[0].address.to_string();
    };
    CHECK(only("::ffff:192.0.2.1") == "mapped 192.0.2.1");
    CHECK(only("::192.0.2.1") == "compatible 192.0.2.1");
    CHECK(only("64:ff9b::192.0.2.33") == "NAT64 192.0.2.33");
    CHECK(only("2002:c000:204::1") == "6to4 router 192.0.2.4");
    // RFC 4380's own example: server 65.54.227.120, client 192.0.2.45.
    const auto teredo = pier::embedded_addresses(address("2001:0:4136:e378:8000:63bf:3fff:fdd2"));
    REQUIRE(teredo.size() == 2);
    CHECK(teredo[0].address == address("65.54.227.120"));
    CHECK(teredo[1].address == address("192.0.2.45"));
    for (std::string_view text : {"::", "::1", "2001:db8::1", "192.0.2.1"}) {
        CHECK(pier::embedded_addresses(address(text)).empty());
    }
}
