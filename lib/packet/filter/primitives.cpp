#include "primitives.hpp"

#include <functional>

namespace pier::packet::filter {

namespace {

constexpr std::uint32_t rarp_type = 0x8035;
constexpr std::uint32_t old_service_vlan = 0x9100;  // QinQ before IEEE 802.1ad
constexpr std::uint8_t sctp_number = 132;
constexpr std::uint32_t ipv6_header = 40;

// What is asked of a source is asked of a destination as well.
template <class Ask>
PredicatePtr in_direction(Direction direction, Ask ask) {
    switch (direction) {
        case Direction::source:
            return ask(true);
        case Direction::destination:
            return ask(false);
        case Direction::both:
            return all_of(ask(true), ask(false));
        default:
            return any_of(ask(true), ask(false));
    }
}

struct Places {
    std::uint32_t type;
    std::uint32_t source;
    std::uint32_t destination;
};

PredicatePtr has_ipv4(const Link& link, Direction direction, const Network& network, const Places& places) {
    const std::span<const std::uint8_t> bytes = network.address.bytes();
    std::uint32_t number = 0;
    for (const std::uint8_t byte : bytes) number = number << 8 | byte;
    return in_direction(direction, [&](bool is_source) {
        const std::uint32_t at = link.payload_at + (is_source ? places.source : places.destination);
        return all_of(is_type(link, places.type), compare(at, op::word, op::jeq, number, network.mask));
    });
}

PredicatePtr has_ipv6(const Link& link, Direction direction, const Network& network) {
    const std::span<const std::uint8_t> bytes = network.address.bytes();
    return in_direction(direction, [&](bool is_source) {
        std::vector<PredicatePtr> parts{is_type(link, ether_type::ipv6)};
        for (std::uint32_t word = 0; word < 4; ++word) {
            std::uint32_t number = 0;
            for (std::uint32_t i = 0; i < 4; ++i) number = number << 8 | bytes[word * 4 + i];
            const unsigned bits = network.prefix > word * 32 ? network.prefix - word * 32 : 0;
            const std::uint32_t mask = bits >= 32 ? UINT32_MAX : bits == 0 ? 0 : UINT32_MAX << (32 - bits);
            parts.push_back(
                compare(link.payload_at + (is_source ? 8 : 24) + word * 4, op::word, op::jeq, number, mask));
        }
        return make(Predicate::Kind::all, std::move(parts));
    });
}

// A port of the transport's header; `is_ipv4`: it begins behind a header whose length the packet says.
PredicatePtr compare_port(const Link& link, bool is_ipv4, std::uint32_t at, std::uint16_t comparison,
                          std::uint32_t port) {
    if (!is_ipv4) return compare(link.payload_at + ipv6_header + at, op::half, comparison, port);
    return make_test(
        {{{op::ldx_msh, link.payload_at}, {op::ld | op::ind | op::half, link.payload_at + at}}, comparison, port});
}

PredicatePtr has_port_of(const Link& link, bool is_ipv4, std::uint32_t number, Direction direction,
                         const Ports& ports) {
    PredicatePtr is_transport = compare(link.payload_at + (is_ipv4 ? 9 : 6), op::byte, op::jeq, number);
    if (is_ipv4) is_transport = all_of(is_transport, is_first_part(link));
    return all_of(is_transport, in_direction(direction, [&](bool is_source) {
                      const std::uint32_t at = is_source ? 0 : 2;
                      if (!ports.is_range) return compare_port(link, is_ipv4, at, op::jeq, ports.first);
                      return all_of(compare_port(link, is_ipv4, at, op::jge, ports.first),
                                    not_of(compare_port(link, is_ipv4, at, op::jgt, ports.last)));
                  }));
}

PredicatePtr has_port_above(const Link& link, bool is_ipv4, Protocol protocol, Direction direction,
                            const Ports& ports) {
    const auto ask = [&](std::uint32_t number) { return has_port_of(link, is_ipv4, number, direction, ports); };
    const auto number = ip_number(protocol);
    return all_of(is_type(link, is_ipv4 ? ether_type::ipv4 : ether_type::ipv6),
                  number
                      ? ask(*number)
                      : make(Predicate::Kind::any, {ask(sctp_number), ask(ip_protocol::tcp), ask(ip_protocol::udp)}));
}

}  // namespace

std::optional<std::uint8_t> ip_number(Protocol protocol) noexcept {
    switch (protocol) {
        case Protocol::tcp:
            return ip_protocol::tcp;
        case Protocol::udp:
            return ip_protocol::udp;
        case Protocol::sctp:
            return sctp_number;
        case Protocol::icmp:
            return ip_protocol::icmp;
        case Protocol::icmp6:
            return ip_protocol::icmpv6;
        case Protocol::igmp:
            return std::uint8_t{2};
        case Protocol::igrp:
            return std::uint8_t{9};
        case Protocol::pim:
            return std::uint8_t{103};
        case Protocol::vrrp:
            return std::uint8_t{112};
        case Protocol::ah:
            return ip_protocol::ah;
        case Protocol::esp:
            return ip_protocol::esp;
        default:
            return std::nullopt;
    }
}

PredicatePtr is_protocol(const Link& link, Protocol protocol) {
    switch (protocol) {
        case Protocol::ip:
            return is_type(link, ether_type::ipv4);
        case Protocol::ip6:
            return is_type(link, ether_type::ipv6);
        case Protocol::arp:
            return is_type(link, ether_type::arp);
        case Protocol::rarp:
            return is_type(link, rarp_type);
        case Protocol::icmp:
        case Protocol::igmp:
        case Protocol::igrp:
        case Protocol::vrrp:
            return is_above(link, Protocol::ip, *ip_number(protocol));
        case Protocol::icmp6:
            return is_above(link, Protocol::ip6, *ip_number(protocol));
        default:
            return is_above(link, Protocol::any, ip_number(protocol).value_or(0));
    }
}

PredicatePtr is_above(const Link& link, Protocol below, std::uint32_t number) {
    if (below == Protocol::ip) {
        return all_of(is_type(link, ether_type::ipv4), compare(link.payload_at + 9, op::byte, op::jeq, number));
    }
    if (below == Protocol::any)
        return any_of(is_above(link, Protocol::ip, number), is_above(link, Protocol::ip6, number));
    // The header behind that of IPv6, or behind a fragment's.
    const auto next = [&](std::uint32_t at, std::uint32_t wanted) {
        return compare(link.payload_at + at, op::byte, op::jeq, wanted);
    };
    return all_of(is_type(link, ether_type::ipv6),
                  any_of(next(6, number), all_of(next(6, ip_protocol::fragment), next(ipv6_header, number))));
}

PredicatePtr is_first_part(const Link& link) {
    return not_of(compare(link.payload_at + 6, op::half, op::jset, 0x1fff));
}

PredicatePtr has_address(const Link& link, Protocol protocol, Direction direction, const Network& network) {
    if (network.address.is_v6()) return has_ipv6(link, direction, network);
    const auto ask = [&](const Places& places) { return has_ipv4(link, direction, network, places); };
    constexpr Places ip{ether_type::ipv4, 12, 16};
    constexpr Places arp{ether_type::arp, 14, 24};
    constexpr Places rarp{rarp_type, 14, 24};
    if (protocol == Protocol::ip) return ask(ip);
    if (protocol == Protocol::arp) return ask(arp);
    if (protocol == Protocol::rarp) return ask(rarp);
    return make(Predicate::Kind::any, {ask(ip), ask(arp), ask(rarp)});
}

PredicatePtr has_mac(Direction direction, const MacAddress& mac) {
    const MacAddress::Octets& o = mac.octets();
    const auto number = [&o](std::size_t from, std::size_t to) {
        std::uint32_t value = 0;
        for (std::size_t i = from; i < to; ++i) value = value << 8 | o[i];
        return value;
    };
    return in_direction(direction, [&](bool is_source) {
        const std::uint32_t at = is_source ? 6 : 0;
        return all_of(compare(at + 2, op::word, op::jeq, number(2, 6)), compare(at, op::half, op::jeq, number(0, 2)));
    });
}

PredicatePtr has_port(const Link& link, Protocol protocol, Direction direction, const Ports& ports) {
    return any_of(has_port_above(link, false, protocol, direction, ports),
                  has_port_above(link, true, protocol, direction, ports));
}

PredicatePtr has_vlan(Link& link, std::optional<std::uint32_t> id) {
    const auto type = [&link](std::uint32_t number) { return is_type(link, number); };
    PredicatePtr has_tag =
        make(Predicate::Kind::any, {type(ether_type::vlan), type(ether_type::service_vlan), type(old_service_vlan)});
    if (id) has_tag = all_of(has_tag, compare(link.payload_at, op::half, op::jeq, *id, 0x0fff));
    link.type_at += 4;
    link.payload_at += 4;
    return has_tag;
}

PredicatePtr is_ip_broadcast(const Link& link) {
    // The network's mask is not known here, so its own broadcast address isn't either.
    const auto destination = [&link](std::uint32_t number) {
        return compare(link.payload_at + 16, op::word, op::jeq, number);
    };
    return all_of(is_type(link, ether_type::ipv4), any_of(destination(0), destination(UINT32_MAX)));
}

PredicatePtr is_multicast(const Link& link, Protocol protocol) {
    if (protocol == Protocol::ether) return compare(0, op::byte, op::jset, 1);
    if (protocol == Protocol::ip) {
        return all_of(is_type(link, ether_type::ipv4), compare(link.payload_at + 16, op::byte, op::jge, 224));
    }
    return all_of(is_type(link, ether_type::ipv6), compare(link.payload_at + 24, op::byte, op::jeq, 255));
}

PredicatePtr has_length(std::uint16_t comparison, std::uint32_t length) {
    return make_test({{{op::ld | op::len, 0}}, comparison, length});
}

}  // namespace pier::packet::filter
