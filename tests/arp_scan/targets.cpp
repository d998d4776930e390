// Which addresses words mean, and who asks for them.
#include "targets.hpp"

#include <doctest/doctest.h>

namespace {

using arp_scan::Ipv4Number;
using arp_scan::read_target;
using arp_scan::TargetRange;

pier::Interface interface_with(std::vector<std::pair<pier::Endpoint::V4, std::uint8_t>> addresses) {
    pier::Interface made;
    for (const auto& [bytes, length] : addresses) {
        made.addresses.push_back({pier::Endpoint::v4(bytes, 0), length, {}, {}, {}});
    }
    made.addresses.push_back({*pier::Endpoint::parse_address("2001:db8::1"), 64, {}, {}, {}});
    return made;
}

}  // namespace

TEST_CASE("targets are prefixes, ranges and addresses") {
    CHECK(read_target("192.0.2.0/24") == TargetRange{0xc0000201, 0xc00002fe});
    CHECK(read_target("192.0.2.77/24") == TargetRange{0xc0000201, 0xc00002fe});
    CHECK(read_target("192.0.2.0/255.255.255.0") == TargetRange{0xc0000201, 0xc00002fe});
    CHECK(read_target("192.0.2.0/31") == TargetRange{0xc0000200, 0xc0000201});
    CHECK(read_target("192.0.2.5/32") == TargetRange{0xc0000205, 0xc0000205});
    CHECK(read_target("192.0.2.5") == TargetRange{0xc0000205, 0xc0000205});
    CHECK(read_target("192.0.2.5-9") == TargetRange{0xc0000205, 0xc0000209});
    CHECK(read_target("192.0.2.5-192.0.3.1") == TargetRange{0xc0000205, 0xc0000301});
    CHECK(read_target("0.0.0.0/0") == TargetRange{1, 0xfffffffe});
}

TEST_CASE("what is no target is refused with a sentence") {
    for (const char* word : {"", "-", "host", "192.0.2", "192.0.2.5-", "192.0.2.5-4", "192.0.2.5-256", "192.0.2.5-x",
                             "-192.0.2.5", "192.0.2.0/33", "192.0.2.0/", "/24", "2001:db8::1", "2001:db8::/64",
                             "192.0.2.1-192.0.2.2-192.0.2.3", " 192.0.2.1"}) {
        CAPTURE(word);
        const auto range = read_target(word);
        REQUIRE_FALSE(range);
        CHECK(range.error().size() > 10);
    }
}

TEST_CASE("each address is asked once, and not the interface's own ones") {
    const auto made = interface_with({{{192, 0, 2, 2}, 24}});
    const auto targets = arp_scan::targets_of({{0xc0000201, 0xc0000203}, {0xc0000203, 0xc0000204}}, made, false);
    REQUIRE(targets);
    CHECK(*targets == std::vector<Ipv4Number>{0xc0000201, 0xc0000203, 0xc0000204});
    const auto last = arp_scan::targets_of({{0xfffffffe, 0xffffffff}}, made, false);
    REQUIRE(last);
    CHECK(last->size() == 2);
}

TEST_CASE("more than a /16 has takes --force, and more than a million is never asked") {
    const auto made = interface_with({});
    CHECK(arp_scan::targets_of({*read_target("10.0.0.0/16")}, made, false));
    CHECK(arp_scan::targets_of({*read_target("10.0.0.0/15")}, made, false).error().find("--force") !=
          std::string::npos);
    CHECK(arp_scan::targets_of({*read_target("10.0.0.0/15")}, made, true)->size() == 131070);
    const std::vector<TargetRange> everything(100, *read_target("0.0.0.0/0"));
    CHECK_FALSE(arp_scan::targets_of(everything, made, true));
}

TEST_CASE("prefixes of the interface are its own, each once") {
    const auto made = interface_with({{{192, 0, 2, 2}, 24}, {{192, 0, 2, 3}, 24}, {{198, 51, 100, 1}, 30}});
    CHECK(arp_scan::own_prefixes(made) == std::vector<TargetRange>{{0xc0000201, 0xc00002fe}, {0xc6336401, 0xc6336402}});
}

TEST_CASE("the interface's own address in the prefix asks, else its first one, else nobody") {
    const arp_scan::Senders two(interface_with({{{192, 0, 2, 2}, 24}, {{198, 51, 100, 1}, 24}}));
    CHECK(two.sender_for(0xc0000207) == 0xc0000202);
    CHECK(two.sender_for(0xc6336407) == 0xc6336401);
    CHECK(two.sender_for(0x0a000001) == 0xc0000202);
    CHECK(arp_scan::Senders(interface_with({})).sender_for(0x0a000001) == 0);
    CHECK(arp_scan::Senders(0x01020304U).sender_for(0x0a000001) == 0x01020304);
}
