// What addresses are for: the classes of old, and the ranges that are set apart.
#pragma once

#include <pier/address/address.hpp>
#include <pier/address/prefix.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace pier {

// RFC 791 and RFC 1112: by the first bits of IPv4. Out of use since RFC 1519 but for D (multicast) and E (reserved).
struct AddressClass {
    char letter;                     // A to E
    std::optional<unsigned> length;  // of the prefix that a network of that class had; D and E had none
};

// Nothing for IPv6, which never had any.
[[nodiscard]] std::optional<AddressClass> class_of(const Address& address) noexcept;

enum class RangeKind : std::uint8_t {
    this_network,  // 0.0.0.0/8
    unspecified,   // ::
    private_use,   // 10.0.0.0/8 and the like
    shared,        // 100.64.0.0/10, between a carrier and its customers
    loopback,
    link_local,
    unique_local,  // fc00::/7
    site_local,    // fec0::/10, deprecated
    documentation,
    benchmarking,
    multicast,
    broadcast,  // 255.255.255.255
    reserved,
    mapped,       // IPv4 in IPv6 form
    compatible,   // the same as it was first, deprecated
    translation,  // NAT64
    tunnel,       // 6to4, Teredo, AMT
    discard,
    protocol,    // assigned to a protocol: anycast addresses and the like
    identifier,  // no places in a network: ORCHID, drones
    segment_routing,
    name_service,  // AS112
};

// A column of IANA's registries. They leave some cells empty, and don't list multicast.
enum class Answer : std::uint8_t { no, yes, not_said };

// A row of IANA's IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890, RFC 8190) as of 2025-10-09, with its five
// columns; or a range of multicast or a deprecated one, of which these registries say nothing.
struct SpecialRange {
    Prefix prefix;
    RangeKind kind;
    std::string_view name;
    std::string_view source;      // the RFC, with its section where there are many
    Answer as_source;             // a packet between two devices may have it as its source
    Answer as_destination;        // or as its destination
    Answer forwardable;           // a router may forward a packet to it between external interfaces
    Answer globally_reachable;    // and beyond an administrative domain
    Answer reserved_by_protocol;  // IP itself treats it in a special way
};

// All, those of IPv4 first; of each family in the order of their networks, the wider one first.
[[nodiscard]] std::span<const SpecialRange> special_ranges() noexcept;

// Those that the address, or the whole prefix, is in: the narrowest one first. The narrowest one that is no multicast
// says what holds, since IANA lists exceptions inside of other ranges. A scope does not matter.
[[nodiscard]] std::vector<const SpecialRange*> special_ranges_of(const Prefix& prefix);
[[nodiscard]] std::vector<const SpecialRange*> special_ranges_of(const Address& address);

// Whether one of the ranges that the address is in is of that kind.
[[nodiscard]] bool is_of(const Address& address, RangeKind kind) noexcept;

// How far a multicast address reaches: RFC 7346 (IPv6), RFC 2365 and RFC 5771 (IPv4). Nothing for other addresses.
[[nodiscard]] std::optional<std::string_view> multicast_scope(const Address& address) noexcept;

// An address of IPv4 that is a part of one of IPv6.
struct EmbeddedAddress {
    std::string_view role;  // "mapped", "6to4 router", "Teredo server" ...
    Address address;
};
[[nodiscard]] std::vector<EmbeddedAddress> embedded_addresses(const Address& address);

}  // namespace pier
