// Where a filter finds the parts of a packet.
#pragma once

#include "predicate.hpp"

#include <pier/packet/numbers.hpp>

#include <optional>

namespace pier::packet::filter {

// Moves behind each "vlan" of the text.
struct Link {
    bool is_ethernet = true;         // else it begins with the network layer
    std::uint32_t type_at = 12;      // of Ethernet
    std::uint32_t payload_at = 14;   // the network layer
    std::optional<LinkType> only{};  // ipv4 or ipv6, where nothing else comes

    [[nodiscard]] static std::optional<Link> of(LinkType link);
};

// `size` is op::word, half or byte. A load of it at `at`, masked, and compared; `comparison` is one of op::jeq ...
[[nodiscard]] PredicatePtr compare(std::uint32_t at, std::uint16_t size, std::uint16_t comparison, std::uint32_t k,
                                   std::uint32_t mask = UINT32_MAX);
// The payload is of this EtherType.
[[nodiscard]] PredicatePtr is_type(const Link& link, std::uint32_t type);

}  // namespace pier::packet::filter
