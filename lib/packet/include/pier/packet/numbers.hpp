// Numbers that say what comes next, by the registries of IANA and IEEE. Each is a plain number where a packet has it:
// any value may stand there.
#pragma once

#include <cstdint>

namespace pier::packet {

namespace ether_type {
inline constexpr std::uint16_t ipv4 = 0x0800;
inline constexpr std::uint16_t arp = 0x0806;
inline constexpr std::uint16_t vlan = 0x8100;          // IEEE 802.1Q
inline constexpr std::uint16_t service_vlan = 0x88a8;  // IEEE 802.1ad
inline constexpr std::uint16_t ipv6 = 0x86dd;
// Smaller values are the length of an IEEE 802.3 frame.
inline constexpr std::uint16_t first = 0x0600;
}  // namespace ether_type

namespace ip_protocol {
inline constexpr std::uint8_t hop_by_hop = 0;
inline constexpr std::uint8_t icmp = 1;
inline constexpr std::uint8_t ipv4 = 4;
inline constexpr std::uint8_t tcp = 6;
inline constexpr std::uint8_t udp = 17;
inline constexpr std::uint8_t ipv6 = 41;
inline constexpr std::uint8_t routing = 43;
inline constexpr std::uint8_t fragment = 44;
inline constexpr std::uint8_t esp = 50;
inline constexpr std::uint8_t ah = 51;
inline constexpr std::uint8_t icmpv6 = 58;
inline constexpr std::uint8_t none = 59;  // no next header
inline constexpr std::uint8_t destination_options = 60;
}  // namespace ip_protocol

// What a packet begins with, by the numbers of pcap files (LINKTYPE_...). Others are handed on as they are.
enum class LinkType : std::uint16_t {
    ethernet = 1,
    raw_ip = 101,  // IPv4 or IPv6, by the version in the first byte
    ipv4 = 228,
    ipv6 = 229,
};

}  // namespace pier::packet
