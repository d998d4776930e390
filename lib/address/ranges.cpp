#include <pier/address/ranges.hpp>

#include <pier/detail/address_text.hpp>

#include <algorithm>

namespace pier {
namespace {

// A prefix of the table, which is right: else it would not compile.
consteval Prefix literal(std::string_view text) {
    const std::size_t slash = text.find('/');
    unsigned length = 0;
    for (const char digit : text.substr(slash + 1)) length = 10 * length + static_cast<unsigned>(digit - '0');
    const std::string_view address = text.substr(0, slash);
    if (address.find(':') == std::string_view::npos) return {Address::v4(detail::parse_v4(address).value()), length};
    return {Address::v6(detail::parse_v6(address).value()), length};
}

consteval Answer answer(char letter) {
    return letter == 'T' ? Answer::yes : letter == 'F' ? Answer::no : Answer::not_said;
}

// `columns` as IANA has them: source, destination, forwardable, globally reachable, reserved by protocol.
consteval SpecialRange row(std::string_view prefix, RangeKind kind, std::string_view name, std::string_view source,
                           std::string_view columns) {
    return {literal(prefix),
            kind,
            name,
            source,
            answer(columns[0]),
            answer(columns[1]),
            answer(columns[2]),
            answer(columns[3]),
            answer(columns[4])};
}

// 127.0.0.0/8, 192.0.0.0/24 and 2001::/23 have footnotes, which say that more specific entries may differ. Globally
// reachable is what the registry does not say of Teredo and 6to4, because it depends on the IPv4 address inside.
// clang-format off
constexpr SpecialRange table[] = {
    row("0.0.0.0/8", RangeKind::this_network, "this network", "RFC 791 section 3.2", "TFFFT"),
    row("0.0.0.0/32", RangeKind::this_network, "this host on this network", "RFC 1122 section 3.2.1.3", "TFFFT"),
    row("10.0.0.0/8", RangeKind::private_use, "private use", "RFC 1918", "TTTFF"),
    row("100.64.0.0/10", RangeKind::shared, "shared address space", "RFC 6598", "TTTFF"),
    row("127.0.0.0/8", RangeKind::loopback, "loopback", "RFC 1122 section 3.2.1.3", "FFFFT"),
    row("169.254.0.0/16", RangeKind::link_local, "link-local", "RFC 3927", "TTFFT"),
    row("172.16.0.0/12", RangeKind::private_use, "private use", "RFC 1918", "TTTFF"),
    row("192.0.0.0/24", RangeKind::protocol, "IETF protocol assignments", "RFC 6890 section 2.1", "FFFFF"),
    row("192.0.0.0/29", RangeKind::protocol, "IPv4 service continuity prefix", "RFC 7335", "TTTFF"),
    row("192.0.0.8/32", RangeKind::protocol, "IPv4 dummy address", "RFC 7600", "TFFFF"),
    row("192.0.0.9/32", RangeKind::protocol, "Port Control Protocol anycast", "RFC 7723", "TTTTF"),
    row("192.0.0.10/32", RangeKind::protocol, "traversal using relays around NAT anycast", "RFC 8155", "TTTTF"),
    row("192.0.0.170/32", RangeKind::translation, "NAT64/DNS64 discovery", "RFC 8880, RFC 7050 section 2.2", "FFFFT"),
    row("192.0.0.171/32", RangeKind::translation, "NAT64/DNS64 discovery", "RFC 8880, RFC 7050 section 2.2", "FFFFT"),
    row("192.0.2.0/24", RangeKind::documentation, "documentation (TEST-NET-1)", "RFC 5737", "FFFFF"),
    row("192.31.196.0/24", RangeKind::name_service, "AS112-v4", "RFC 7535", "TTTTF"),
    row("192.52.193.0/24", RangeKind::tunnel, "AMT", "RFC 7450", "TTTTF"),
    row("192.88.99.0/24", RangeKind::tunnel, "deprecated 6to4 relay anycast", "RFC 7526", "-----"),
    row("192.88.99.2/32", RangeKind::tunnel, "6a44 relay anycast", "RFC 6751", "TTTFF"),
    row("192.168.0.0/16", RangeKind::private_use, "private use", "RFC 1918", "TTTFF"),
    row("192.175.48.0/24", RangeKind::name_service, "direct delegation AS112 service", "RFC 7534", "TTTTF"),
    row("198.18.0.0/15", RangeKind::benchmarking, "benchmarking", "RFC 2544", "TTTFF"),
    row("198.51.100.0/24", RangeKind::documentation, "documentation (TEST-NET-2)", "RFC 5737", "FFFFF"),
    row("203.0.113.0/24", RangeKind::documentation, "documentation (TEST-NET-3)", "RFC 5737", "FFFFF"),
    row("224.0.0.0/4", RangeKind::multicast, "multicast", "RFC 5771", "-----"),
    row("224.0.0.0/24", RangeKind::multicast, "local network control block", "RFC 5771 section 4", "-----"),
    row("224.0.1.0/24", RangeKind::multicast, "internetwork control block", "RFC 5771 section 5", "-----"),
    row("232.0.0.0/8", RangeKind::multicast, "source-specific multicast", "RFC 4607", "-----"),
    row("233.0.0.0/8", RangeKind::multicast, "GLOP", "RFC 3180", "-----"),
    row("233.252.0.0/24", RangeKind::multicast, "documentation (MCAST-TEST-NET)", "RFC 6676", "-----"),
    row("234.0.0.0/8", RangeKind::multicast, "unicast-prefix-based multicast", "RFC 6034", "-----"),
    row("239.0.0.0/8", RangeKind::multicast, "administratively scoped", "RFC 2365", "-----"),
    row("239.192.0.0/14", RangeKind::multicast, "organization-local scope", "RFC 2365 section 6.2", "-----"),
    row("239.255.0.0/16", RangeKind::multicast, "local scope", "RFC 2365 section 6.1", "-----"),
    row("240.0.0.0/4", RangeKind::reserved, "reserved", "RFC 1112 section 4", "FFFFT"),
    row("255.255.255.255/32", RangeKind::broadcast, "limited broadcast", "RFC 8190, RFC 919 section 7", "FTFFT"),
    row("::/96", RangeKind::compatible, "deprecated IPv4-compatible", "RFC 4291 section 2.5.5.1", "-----"),
    row("::/128", RangeKind::unspecified, "unspecified address", "RFC 4291", "TFFFT"),
    row("::1/128", RangeKind::loopback, "loopback address", "RFC 4291", "FFFFT"),
    row("::ffff:0:0/96", RangeKind::mapped, "IPv4-mapped address", "RFC 4291", "FFFFT"),
    row("64:ff9b::/96", RangeKind::translation, "IPv4-IPv6 translation", "RFC 6052", "TTTTF"),
    row("64:ff9b:1::/48", RangeKind::translation, "IPv4-IPv6 translation, local use", "RFC 8215", "TTTFF"),
    row("100::/64", RangeKind::discard, "discard-only address block", "RFC 6666", "TTTFF"),
    row("100:0:0:1::/64", RangeKind::discard, "dummy IPv6 prefix", "RFC 9780", "TFFFF"),
    row("2001::/23", RangeKind::protocol, "IETF protocol assignments", "RFC 2928", "FFFFF"),
    row("2001::/32", RangeKind::tunnel, "Teredo", "RFC 4380, RFC 8190", "TTT-F"),
    row("2001:1::1/128", RangeKind::protocol, "Port Control Protocol anycast", "RFC 7723", "TTTTF"),
    row("2001:1::2/128", RangeKind::protocol, "traversal using relays around NAT anycast", "RFC 8155", "TTTTF"),
    row("2001:1::3/128", RangeKind::protocol, "DNS-SD service registration protocol anycast", "RFC 9665", "TTTTF"),
    row("2001:2::/48", RangeKind::benchmarking, "benchmarking", "RFC 5180", "TTTFF"),
    row("2001:3::/32", RangeKind::tunnel, "AMT", "RFC 7450", "TTTTF"),
    row("2001:4:112::/48", RangeKind::name_service, "AS112-v6", "RFC 7535", "TTTTF"),
    row("2001:10::/28", RangeKind::identifier, "deprecated ORCHID", "RFC 4843", "-----"),
    row("2001:20::/28", RangeKind::identifier, "ORCHIDv2", "RFC 7343", "TTTTF"),
    row("2001:30::/28", RangeKind::identifier, "drone remote ID entity tags", "RFC 9374", "TTTTF"),
    row("2001:db8::/32", RangeKind::documentation, "documentation", "RFC 3849", "FFFFF"),
    row("2002::/16", RangeKind::tunnel, "6to4", "RFC 3056", "TTT-F"),
    row("2620:4f:8000::/48", RangeKind::name_service, "direct delegation AS112 service", "RFC 7534", "TTTTF"),
    row("3fff::/20", RangeKind::documentation, "documentation", "RFC 9637", "FFFFF"),
    row("5f00::/16", RangeKind::segment_routing, "segment routing (SRv6) SIDs", "RFC 9602", "TTTFF"),
    row("fc00::/7", RangeKind::unique_local, "unique-local", "RFC 4193, RFC 8190", "TTTFF"),
    row("fe80::/10", RangeKind::link_local, "link-local unicast", "RFC 4291", "TTFFT"),
    row("fec0::/10", RangeKind::site_local, "deprecated site-local", "RFC 3879", "-----"),
    row("ff00::/8", RangeKind::multicast, "multicast", "RFC 4291 section 2.7", "-----"),
    row("ff30::/12", RangeKind::multicast, "unicast-prefix-based multicast", "RFC 3306", "-----"),
    row("ff70::/12", RangeKind::multicast, "multicast with an embedded rendezvous point", "RFC 3956", "-----"),
};
// clang-format on
static_assert(std::ranges::is_sorted(table, {}, &SpecialRange::prefix));

}  // namespace

std::span<const SpecialRange> special_ranges() noexcept { return table; }

std::vector<const SpecialRange*> special_ranges_of(const Prefix& prefix) {
    std::vector<const SpecialRange*> found;
    for (const SpecialRange& range : table) {
        if (range.prefix.contains(prefix)) found.push_back(&range);
    }
    std::ranges::reverse(found);  // the table has the wider one first
    return found;
}

std::vector<const SpecialRange*> special_ranges_of(const Address& address) {
    return special_ranges_of(Prefix(address, address.bits()));
}

bool is_of(const Address& address, RangeKind kind) noexcept {
    return std::ranges::any_of(
        table, [&](const SpecialRange& range) { return range.kind == kind && range.prefix.contains(address); });
}

std::optional<AddressClass> class_of(const Address& address) noexcept {
    if (!address.is_v4()) return std::nullopt;
    const std::uint8_t first = address.bytes()[0];
    if (first < 0x80) return AddressClass{'A', 8};
    if (first < 0xc0) return AddressClass{'B', 16};
    if (first < 0xe0) return AddressClass{'C', 24};
    return AddressClass{first < 0xf0 ? 'D' : 'E', std::nullopt};
}

std::optional<std::string_view> multicast_scope(const Address& address) noexcept {
    if (!is_of(address, RangeKind::multicast)) return std::nullopt;
    const auto bytes = address.bytes();
    if (address.is_v4()) {
        if (bytes[0] == 224 && bytes[1] == 0 && bytes[2] == 0) return "link-local";
        if (bytes[0] != 239) return "global";
        if (bytes[1] == 255) return "local";
        return (bytes[1] & 0xfcU) == 192 ? "organization-local" : "administratively scoped";
    }
    constexpr std::string_view scopes[16] = {"reserved",           "interface-local", "link-local", "realm-local",
                                             "admin-local",        "site-local",      "unassigned", "unassigned",
                                             "organization-local", "unassigned",      "unassigned", "unassigned",
                                             "unassigned",         "unassigned",      "global",     "reserved"};
    return scopes[bytes[1] & 0xfU];
}

std::vector<EmbeddedAddress> embedded_addresses(const Address& address) {
    std::vector<EmbeddedAddress> found;
    if (!address.is_v6()) return found;
    const auto add = [&](std::string_view role, U128 number) {
        found.push_back({role, Address::from_number(Family::ipv4, number)});
    };
    const U128 number = address.number();
    if (address.is_mapped()) add("mapped", number);
    if (literal("64:ff9b::/96").contains(address)) add("NAT64", number);
    if (literal("2002::/16").contains(address)) add("6to4 router", number >> 80);
    if (literal("2001::/32").contains(address)) {
        add("Teredo server", number >> 64);
        add("Teredo client", ~number);  // whose bits are inverted, so that no NAT rewrites them (RFC 4380, section 4)
    }
    // Not "::" and "::1", which look the same.
    if (literal("::/96").contains(address) && number > U128(0xffff)) add("compatible", number);
    return found;
}

}  // namespace pier
