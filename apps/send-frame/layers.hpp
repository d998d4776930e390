// A frame as it was described: its layers from the outside to the inside, with what was said of each.
#pragma once

#include <pier/packet/arp.hpp>
#include <pier/packet/ethernet.hpp>
#include <pier/packet/icmp.hpp>
#include <pier/packet/icmpv6.hpp>
#include <pier/packet/ipv4.hpp>
#include <pier/packet/ipv6.hpp>
#include <pier/packet/ipv6_extension.hpp>
#include <pier/packet/neighbour.hpp>
#include <pier/packet/tcp.hpp>
#include <pier/packet/tcp_options.hpp>
#include <pier/packet/udp.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

namespace send_frame {

using ByteVector = std::vector<std::byte>;

// What is an optional here is filled in, unless it was said: numbers of the next layer, and the interface's address.

struct Eth {
    std::optional<pier::packet::MacAddress> destination, source;
    std::optional<std::uint16_t> type;
};

// Behind an Eth, or another one.
struct Vlan {
    pier::packet::VlanTag tag;
};

struct ArpPart {
    pier::packet::ArpFields fields;
    std::optional<pier::packet::MacAddress> sender_mac;
};

struct Ip {
    pier::packet::Ipv4Fields fields;
    std::optional<std::uint8_t> protocol;
    ByteVector options;
};

struct Ip6 {
    pier::packet::Ipv6Fields fields;
    std::optional<std::uint8_t> next;
};

// An extension header of IPv6, of any kind.
struct Ip6Extension {
    pier::packet::Ipv6ExtensionFields fields;
    std::optional<std::uint8_t> next;
    ByteVector data = ByteVector(6);
};

struct Ip6Fragment {
    pier::packet::Ipv6FragmentFields fields;
    std::optional<std::uint8_t> next;
};

struct IcmpPart {
    pier::packet::IcmpFields fields;
};

struct Icmp6Part {
    pier::packet::Icmpv6Fields fields;
};

// Neighbour discovery: these are messages of ICMPv6 with options behind them.
struct RouterSolicitation {
    ByteVector options;
};
struct RouterAdvertisement {
    pier::packet::RouterAdvertisementFields fields;
    ByteVector options;
};
struct NeighbourSolicitation {
    pier::Address target = pier::Address::v6({});
    ByteVector options;
};
struct NeighbourAdvertisement {
    pier::packet::NeighbourAdvertisementFields fields;
    ByteVector options;
};

struct TcpPart {
    pier::packet::TcpFields fields;
    pier::packet::TcpOptions options;
    ByteVector raw_options;  // behind the others
};

struct UdpPart {
    pier::packet::UdpFields fields;
};

// Bytes as they are: a text, or hexadecimal digits.
struct Raw {
    ByteVector bytes;
};

using Layer =
    std::variant<Eth, Vlan, ArpPart, Ip, Ip6, Ip6Extension, Ip6Fragment, IcmpPart, Icmp6Part, RouterSolicitation,
                 RouterAdvertisement, NeighbourSolicitation, NeighbourAdvertisement, TcpPart, UdpPart, Raw>;

// At least one of them.
struct Description {
    std::vector<Layer> layers;
};

}  // namespace send_frame
