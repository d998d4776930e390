#include "parser.hpp"
#include "words.hpp"

#include <algorithm>
#include <charconv>

namespace pier::packet::filter {

namespace {

using Type = Qualifiers::Type;

bool is_below_ipv4(Protocol protocol) {
    return protocol == Protocol::any || protocol == Protocol::ip || protocol == Protocol::arp ||
           protocol == Protocol::rarp;
}

bool has_ports(Protocol protocol) {
    return protocol == Protocol::any || protocol == Protocol::tcp || protocol == Protocol::udp ||
           protocol == Protocol::sctp;
}

struct Octets {
    std::uint32_t number = 0;
    unsigned count = 0;
};

// The numbers between dots; nothing where one is larger than 255.
std::optional<Octets> octets_of(std::string_view text) {
    Octets octets;
    while (!text.empty()) {
        unsigned octet = 0;
        const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), octet);
        if (failure != std::errc{} || octet > 255) return std::nullopt;
        octets.number = octets.number << 8 | octet;
        ++octets.count;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        if (!text.empty()) text.remove_prefix(1);
    }
    return octets;
}

Address ipv4_address(std::uint32_t number) {
    return Address::v4({static_cast<std::uint8_t>(number >> 24), static_cast<std::uint8_t>(number >> 16),
                        static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)});
}

}  // namespace

PredicatePtr Parser::id(const Qualifiers& qualifiers) {
    last_ = qualifiers;
    const Token token = next();
    const bool is_name = token.kind == Token::Kind::word || token.kind == Token::Kind::name;
    if (token.kind == Token::Kind::end || token.kind == Token::Kind::symbol) {
        return fail(token, "an address, a number or a name is missing here");
    }
    switch (qualifiers.type) {
        case Type::port:
            return port(token, qualifiers);
        case Type::portrange:
            return port_range(token, qualifiers);
        case Type::proto:
            return proto(token, qualifiers);
        default:
            break;
    }
    if (qualifiers.protocol == Protocol::ether || token.kind == Token::Kind::mac) return ether(token, qualifiers);
    if (token.kind == Token::Kind::address) return ipv6(token, qualifiers);
    if (is_name) return named_host(token, qualifiers);
    return ipv4(token, qualifiers);
}

PredicatePtr Parser::ether(const Token& token, const Qualifiers& qualifiers) {
    if (qualifiers.protocol != Protocol::ether) return fail(token, "before an Ethernet address stands \"ether\"");
    if (qualifiers.type == Type::net) return fail(token, "Ethernet has no networks");
    const auto mac = MacAddress::parse(token.text);
    if (!mac) return fail(token, "an Ethernet address is needed here");
    if (!link_.is_ethernet) return fail(token, "these packets have no Ethernet header");
    return has_mac(qualifiers.direction, *mac);
}

std::optional<std::uint32_t> Parser::ipv4_mask(std::uint32_t number, unsigned octets, const Token& token) {
    std::uint32_t mask = octets == 0 ? 0 : UINT32_MAX << (32 - 8 * octets);
    if (accept("/")) {
        const std::uint32_t bits = expect_number(32, "a prefix of IPv4 has at most 32 bits");
        mask = bits == 0 ? 0 : UINT32_MAX << (32 - std::min(bits, 32U));
    } else if (accept("mask")) {
        const Token text = next();
        const auto given = text.kind == Token::Kind::dotted ? octets_of(text.text) : std::nullopt;
        if (!given || given->count != 4) {
            fail(text, "a mask is four numbers of at most 255");
            return std::nullopt;
        }
        mask = given->number;
    } else {
        return mask;
    }
    if (!error_ && (number & ~mask) != 0) fail(token, "has bits outside of its mask");
    return mask;
}

PredicatePtr Parser::ipv4(const Token& token, const Qualifiers& qualifiers) {
    if (!is_below_ipv4(qualifiers.protocol)) return fail(token, "the protocol before it has no addresses of IPv4");
    Octets octets{token.number, 4};
    const bool is_net = qualifiers.type == Type::net;
    if (token.kind == Token::Kind::dotted) {
        const auto read = octets_of(token.text);
        if (!read) return fail(token, "a number of an IPv4 address is at most 255");
        octets = *read;
        octets.number <<= 32 - 8 * octets.count;
    } else if (is_net) {
        // "10" is 10.0.0.0/8, and 0 is everything.
        if (octets.number == 0) octets.count = 4;
        while (octets.number != 0 && octets.number >> 24 == 0) {
            octets.number <<= 8;
            --octets.count;
        }
    }
    const bool has_mask = peek().is("/") || peek().is("mask");
    if (has_mask && !is_net) return fail(peek(), "a mask stands behind a \"net\"");
    const auto mask = ipv4_mask(octets.number, octets.count, token);
    return has_address(link_, qualifiers.protocol, qualifiers.direction,
                       {ipv4_address(octets.number), 0, mask.value_or(0)});
}

PredicatePtr Parser::ipv6(const Token& token, const Qualifiers& qualifiers) {
    if (qualifiers.protocol != Protocol::any && qualifiers.protocol != Protocol::ip6) {
        return fail(token, "the protocol before it has no addresses of IPv6");
    }
    const auto address = Address::parse(token.text);
    if (!address) return fail(token, "an address of IPv6 is needed here");
    unsigned prefix = 128;
    if (peek().is("/")) {
        if (qualifiers.type != Type::net) return fail(peek(), "a prefix stands behind a \"net\"");
        next();
        prefix = std::min(expect_number(128, "a prefix of IPv6 has at most 128 bits"), 128U);
        const auto bytes = address->bytes();
        for (unsigned bit = prefix; bit < 128; ++bit) {
            if ((bytes[bit / 8] >> (7 - bit % 8) & 1) != 0) return fail(token, "has bits outside of its prefix");
        }
    }
    return has_address(link_, qualifiers.protocol, qualifiers.direction, {*address, prefix, 0});
}

PredicatePtr Parser::named_host(const Token& token, const Qualifiers& qualifiers) {
    if (qualifiers.type == Type::net) return fail(token, "names of networks are not known");
    const auto addresses = names_.hosts ? names_.hosts(token.text) : std::vector<Address>{};
    std::vector<PredicatePtr> parts;
    for (const Address& address : addresses) {
        const bool is_asked = address.is_v4()
                                  ? is_below_ipv4(qualifiers.protocol)
                                  : qualifiers.protocol == Protocol::any || qualifiers.protocol == Protocol::ip6;
        if (!is_asked) continue;
        parts.push_back(
            has_address(link_, qualifiers.protocol, qualifiers.direction, {address.without_scope(), 128, UINT32_MAX}));
    }
    if (parts.empty()) return fail(token, "no address of this host is known");
    return make(Predicate::Kind::any, std::move(parts));
}

std::optional<FilterService> Parser::service(const Token& token) {
    if (token.kind == Token::Kind::number) {
        if (token.number > 65535) {
            error_ = PacketError{token.offset, "port " + std::string(token.text) + ": a port is at most 65535"};
            at_ = tokens_.size() - 1;
            return std::nullopt;
        }
        return FilterService{static_cast<std::uint16_t>(token.number), false, false};
    }
    std::optional<FilterService> found;
    if (names_.service) found = names_.service(token.text);
    if (!found) found = service_of(token.text);
    if (!found) fail(token, "no such service is known; its number is");
    return found;
}

PredicatePtr Parser::port(const Token& token, const Qualifiers& qualifiers) {
    Protocol protocol = qualifiers.protocol;
    if (!has_ports(protocol)) return fail(token, "the protocol before it has no ports");
    const auto known = service(token);
    if (!known) return constant(false);
    // A service of one protocol alone is asked of that one.
    if (protocol == Protocol::any && known->tcp != known->udp) protocol = known->tcp ? Protocol::tcp : Protocol::udp;
    return has_port(link_, protocol, qualifiers.direction, {known->port, known->port, false});
}

PredicatePtr Parser::port_range(const Token& token, const Qualifiers& qualifiers) {
    const Protocol protocol = qualifiers.protocol;
    if (!has_ports(protocol)) return fail(token, "the protocol before it has no ports");
    const std::size_t dash = token.text.find('-');
    const std::string_view first = token.text.substr(0, dash);
    const std::string_view last = dash == std::string_view::npos ? first : token.text.substr(dash + 1);
    std::uint16_t from = 0;
    std::uint16_t to = 0;
    const auto take = [](std::string_view text, std::uint16_t& number) {
        const char* end = text.data() + text.size();
        const auto [stop, failure] = std::from_chars(text.data(), end, number);
        return failure == std::errc{} && stop == end;
    };
    if (!take(first, from) || !take(last, to))
        return fail(token, "a range is two ports of at most 65535, as 6000-6008");
    if (dash == std::string_view::npos) return has_port(link_, protocol, qualifiers.direction, {from, from, false});
    return has_port(link_, protocol, qualifiers.direction, {std::min(from, to), std::max(from, to), true});
}

PredicatePtr Parser::proto(const Token& token, const Qualifiers& qualifiers) {
    if (qualifiers.has_direction) return fail(token, "a protocol has neither source nor destination");
    const Protocol below = qualifiers.protocol;
    const bool is_number = token.kind == Token::Kind::number;
    if (below == Protocol::ether) {
        const auto type = is_number ? std::optional(token.number) : ether_type_of(token.text);
        if (!type) return fail(token, "no such protocol of Ethernet is known; its number is");
        if (*type > 65535) return fail(token, "a protocol of Ethernet is at most 65535");
        return is_type(link_, *type);
    }
    if (below != Protocol::any && below != Protocol::ip && below != Protocol::ip6) {
        return fail(token, "the protocol before it does not say what it carries");
    }
    const auto protocol = is_number ? std::nullopt : protocol_of(token.text);
    const auto number = is_number  ? std::optional(token.number)
                        : protocol ? std::optional<std::uint32_t>(ip_number(*protocol))
                                   : std::nullopt;
    if (!number) return fail(token, "no such protocol is known; its number is");
    if (*number > 255) return fail(token, "a protocol of IP is at most 255");
    return is_above(link_, below, *number);
}

}  // namespace pier::packet::filter
