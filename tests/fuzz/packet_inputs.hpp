// Made-up packets, right ones and wrong ones.
#pragma once

#include "address_inputs.hpp"

#include <pier/packet/bytes.hpp>
#include <pier/packet/checksum.hpp>
#include <pier/packet/dns.hpp>
#include <pier/packet/mac_address.hpp>

#include <vector>

namespace fuzz {

using PacketBytes = std::vector<std::byte>;

[[nodiscard]] std::uint8_t make_byte(Random& random) noexcept;
[[nodiscard]] std::uint16_t make_word(Random& random) noexcept;
[[nodiscard]] std::uint32_t make_double_word(Random& random) noexcept;
[[nodiscard]] PacketBytes make_bytes(Random& random, std::size_t size);
[[nodiscard]] pier::packet::MacAddress make_mac(Random& random) noexcept;
[[nodiscard]] pier::Address make_v4(Random& random) noexcept;
[[nodiscard]] pier::Address make_v6(Random& random) noexcept;
[[nodiscard]] pier::packet::IpPair make_pair(Random& random, bool v6) noexcept;
[[nodiscard]] pier::packet::DnsName make_dns_name(Random& random);
[[nodiscard]] pier::packet::DnsRecord make_dns_record(Random& random);

// A frame of Ethernet in which all is right: up to 4 tags, IP with options or extension headers, and what those carry.
[[nodiscard]] PacketBytes make_packet(Random& random);
// The same, a few bytes of it changed, some cut off or some put behind; or bytes that were never a packet.
[[nodiscard]] PacketBytes make_broken_packet(Random& random);

}  // namespace fuzz
