// The tests that the words of a filter stand for.
#pragma once

#include "link.hpp"

#include <pier/address/address.hpp>
#include <pier/packet/mac_address.hpp>

#include <cstdint>
#include <optional>

namespace pier::packet::filter {

enum class Protocol : std::uint8_t {
    any,
    ether,
    ip,
    ip6,
    arp,
    rarp,
    tcp,
    udp,
    sctp,
    icmp,
    icmp6,
    igmp,
    igrp,
    pim,
    vrrp,
    ah,
    esp
};
enum class Direction : std::uint8_t { either, source, destination, both };

// The number of a protocol above IP; nothing for those below.
[[nodiscard]] std::optional<std::uint8_t> ip_number(Protocol protocol) noexcept;

// A packet of the protocol: "tcp".
[[nodiscard]] PredicatePtr is_protocol(const Link& link, Protocol protocol);
// Of the protocol with this number above `below`: any (IPv4 or IPv6), ip or ip6.
[[nodiscard]] PredicatePtr is_above(const Link& link, Protocol below, std::uint32_t number);
// IPv4 that is no fragment but a first one.
[[nodiscard]] PredicatePtr is_first_part(const Link& link);

// An address of a network whose other bits are not asked.
struct Network {
    Address address;
    unsigned prefix = 0;              // of IPv6
    std::uint32_t mask = UINT32_MAX;  // of IPv4
};
// `protocol` is any, ip, arp or rarp for IPv4, and any or ip6 for IPv6: the caller has looked.
[[nodiscard]] PredicatePtr has_address(const Link& link, Protocol protocol, Direction direction,
                                       const Network& network);
// Of Ethernet.
[[nodiscard]] PredicatePtr has_mac(Direction direction, const MacAddress& mac);

struct Ports {
    std::uint16_t first = 0;
    std::uint16_t last = 0;
    bool is_range = false;  // ranges of one port are asked as ranges
};
// `protocol` is any, tcp, udp or sctp.
[[nodiscard]] PredicatePtr has_port(const Link& link, Protocol protocol, Direction direction, const Ports& ports);

// Of Ethernet. Moves the link behind the tag.
[[nodiscard]] PredicatePtr has_vlan(Link& link, std::optional<std::uint32_t> id);

[[nodiscard]] PredicatePtr is_ip_broadcast(const Link& link);
[[nodiscard]] PredicatePtr is_multicast(const Link& link, Protocol protocol);  // ether, ip or ip6
// The length on the wire against `length`; `comparison` is op::jgt or op::jge.
[[nodiscard]] PredicatePtr has_length(std::uint16_t comparison, std::uint32_t length);

}  // namespace pier::packet::filter
