// Several prefixes: splitting, merging, and ranges.
#include "../fuzz/address_inputs.hpp"

#include <pier/address/prefixes.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <bitset>
#include <string>
#include <string_view>
#include <vector>

using pier::Address;
using pier::AddressRange;
using pier::Family;
using pier::Prefix;
using pier::U128;

namespace {

Address address(std::string_view text) { return Address::parse(text).value(); }
Prefix prefix(std::string_view text) { return Prefix::parse(text).value(); }

std::vector<Prefix> prefixes(std::initializer_list<std::string_view> texts) {
    std::vector<Prefix> all;
    for (const std::string_view text : texts) all.push_back(prefix(text));
    return all;
}

std::vector<std::string> texts(const std::vector<Prefix>& all) {
    std::vector<std::string> result;
    for (const Prefix& each : all) result.push_back(each.to_string());
    return result;
}

using Texts = std::vector<std::string>;

// A small world, of which every address can be looked at: the last eight bits of a family's addresses.
constexpr std::size_t small = 256;

std::bitset<small> members(const std::vector<Prefix>& all) {
    std::bitset<small> set;
    for (const Prefix& each : all) {
        const std::size_t first = each.network().number().low & 0xff;
        for (std::size_t i = first; i <= (each.last().number().low & 0xff); ++i) set.set(i);
    }
    return set;
}

// How many prefixes a set needs: one where it is all of a prefix, else those of both halves.
std::size_t fewest(const std::bitset<small>& set, std::size_t begin, std::size_t size) {
    std::size_t count = 0;
    for (std::size_t i = begin; i < begin + size; ++i) count += set[i] ? 1 : 0;
    if (count == 0) return 0;
    if (count == size) return 1;
    return fewest(set, begin, size / 2) + fewest(set, begin + size / 2, size / 2);
}

Prefix small_prefix(fuzz::Random& random, Family family) {
    const unsigned bits = family == Family::ipv4 ? 32 : 128;
    const U128 base = family == Family::ipv4 ? U128(0xc0000200) : U128(0x20010db800000000, 0);
    return {Address::from_number(family, base + random.below(small)),
            bits - static_cast<unsigned>(random.below(random.one_in(4) ? 8 : 3))};
}

}  // namespace

TEST_CASE("prefixes: split") {
    auto cut = pier::split(prefix("10.0.0.0/8"), 10, 100);
    REQUIRE(cut);
    CHECK(texts(cut->prefixes) == Texts{"10.0.0.0/10", "10.64.0.0/10", "10.128.0.0/10", "10.192.0.0/10"});
    CHECK(cut->further == U128(0));
    cut = pier::split(prefix("10.0.0.0/8"), 24, 2);
    REQUIRE(cut);
    CHECK(texts(cut->prefixes) == Texts{"10.0.0.0/24", "10.0.1.0/24"});
    CHECK(cut->further == U128(65534));
    cut = pier::split(prefix("::/0"), 128, 1);
    REQUIRE(cut);
    CHECK(texts(cut->prefixes) == Texts{"::/128"});
    CHECK(pier::to_string(cut->further) == "340282366920938463463374607431768211455");
    cut = pier::split(prefix("10.0.0.0/8"), 8, 5);
    REQUIRE(cut);
    CHECK(texts(cut->prefixes) == Texts{"10.0.0.0/8"});
    CHECK(cut->further == U128(0));
}

TEST_CASE("prefixes: a split into what is no part is refused") {
    const auto shorter = pier::split(prefix("10.0.0.0/8"), 7, 5);
    REQUIRE_FALSE(shorter);
    CHECK(shorter.error() == "10.0.0.0/8: its parts are no shorter than 8 bits");
    const auto longer = pier::split(prefix("10.0.0.0/8"), 33, 5);
    REQUIRE_FALSE(longer);
    CHECK(longer.error() == "10.0.0.0/8: a prefix of IPv4 has at most 32 bits");
    CHECK_FALSE(pier::split(prefix("::/0"), 129, 5));
}

TEST_CASE("prefixes: merge of two") {
    CHECK(pier::merge(prefix("10.0.0.0/9"), prefix("10.128.0.0/9")) == prefix("10.0.0.0/8"));
    CHECK(pier::merge(prefix("10.128.0.0/9"), prefix("10.0.0.0/9")) == prefix("10.0.0.0/8"));
    CHECK(pier::merge(prefix("10.0.0.0/8"), prefix("10.1.0.0/16")) == prefix("10.0.0.0/8"));
    CHECK(pier::merge(prefix("::/1"), prefix("8000::/1")) == prefix("::/0"));
    // Neighbours, but not halves of one prefix.
    CHECK_FALSE(pier::merge(prefix("10.0.1.0/24"), prefix("10.0.2.0/24")));
    CHECK_FALSE(pier::merge(prefix("0.0.0.0/0"), prefix("::/0")));
}

TEST_CASE("prefixes: aggregate") {
    CHECK(pier::aggregate({}).empty());
    CHECK(texts(pier::aggregate(prefixes({"10.0.3.0/24", "10.0.0.0/24", "10.0.2.0/24", "10.0.1.0/24"}))) ==
          Texts{"10.0.0.0/22"});
    CHECK(texts(pier::aggregate(prefixes(
              {"2001:db8::/33", "10.0.0.0/8", "10.0.0.0/8", "10.7.0.0/16", "2001:db8:8000::/33", "192.0.2.0/24"}))) ==
          Texts{"10.0.0.0/8", "192.0.2.0/24", "2001:db8::/32"});
    CHECK(texts(pier::aggregate(prefixes({"0.0.0.0/1", "128.0.0.0/1", "::/0"}))) == Texts{"0.0.0.0/0", "::/0"});
}

TEST_CASE("prefixes: an aggregate has the same addresses in the fewest prefixes") {
    fuzz::Random random(7);
    for (int round = 0; round < 3000; ++round) {
        const Family family = random.one_in(2) ? Family::ipv4 : Family::ipv6;
        std::vector<Prefix> all;
        for (std::size_t count = random.below(40); count > 0; --count) all.push_back(small_prefix(random, family));
        const std::vector<Prefix> merged = pier::aggregate(all);
        CAPTURE(texts(all));
        REQUIRE(members(merged) == members(all));
        REQUIRE(merged.size() == fewest(members(all), 0, small));
        REQUIRE(std::ranges::is_sorted(merged));
    }
}

TEST_CASE("prefixes: a range as the fewest prefixes") {
    const auto of = [](std::string_view first, std::string_view last) {
        return texts(pier::prefixes_of({address(first), address(last)}).value());
    };
    CHECK(of("10.0.0.0", "10.255.255.255") == Texts{"10.0.0.0/8"});
    CHECK(of("192.0.2.1", "192.0.2.1") == Texts{"192.0.2.1/32"});
    CHECK(of("192.0.2.1", "192.0.2.6") == Texts{"192.0.2.1/32", "192.0.2.2/31", "192.0.2.4/31", "192.0.2.6/32"});
    CHECK(of("0.0.0.0", "255.255.255.255") == Texts{"0.0.0.0/0"});
    CHECK(of("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff") == Texts{"::/0"});
    CHECK(of("0.0.0.1", "255.255.255.254").size() == 62);
    CHECK(of("::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe").size() == 254);
    CHECK(of("fe80::1%2", "fe80::1%3") == Texts{"fe80::1/128"});
    const auto backwards = pier::prefixes_of({address("10.0.0.2"), address("10.0.0.1")});
    REQUIRE_FALSE(backwards);
    CHECK(backwards.error() == "10.0.0.2 comes behind 10.0.0.1");
    const auto mixed = pier::prefixes_of({address("10.0.0.2"), address("::1")});
    REQUIRE_FALSE(mixed);
    CHECK(mixed.error() == "10.0.0.2 and ::1: a range has addresses of one family");
}

TEST_CASE("prefixes: of every range in a small world") {
    for (std::size_t first = 0; first < small; first += 3) {
        for (std::size_t last = first; last < small; ++last) {
            const AddressRange range{Address::from_number(Family::ipv4, 0xc0000200 + first),
                                     Address::from_number(Family::ipv4, 0xc0000200 + last)};
            const std::vector<Prefix> all = pier::prefixes_of(range).value();
            std::bitset<small> wanted;
            for (std::size_t i = first; i <= last; ++i) wanted.set(i);
            REQUIRE(members(all) == wanted);
            REQUIRE(all.size() == fewest(wanted, 0, small));
        }
    }
}
