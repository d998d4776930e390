// Other ways to write an address.
#pragma once

#include <pier/address/address.hpp>
#include <pier/address/prefix.hpp>

#include <optional>
#include <string>

namespace pier {

// All digits of number(): "0xc0000201".
[[nodiscard]] std::string hexadecimal(const Address& address);
// The address with its bytes the other way round: what a little-endian machine reads where the address stands in memory
// in network order, as it does in in_addr::s_addr.
[[nodiscard]] Address swapped(const Address& address) noexcept;
// All bits: a group for each byte of IPv4 between dots, or for each two bytes of IPv6 between colons.
[[nodiscard]] std::string binary(const Address& address);

// The name by which DNS finds an address's name, without a dot at its end: "1.2.0.192.in-addr.arpa" (RFC 1035, section
// 3.5), and a label for each digit under ip6.arpa (RFC 3596, section 2.5).
[[nodiscard]] std::string reverse_name(const Address& address);
// The zone of a prefix's reverse names. Nothing where no zone has exactly its addresses: its length has to be a
// multiple of 8 (IPv4) or 4 (IPv6).
[[nodiscard]] std::optional<std::string> reverse_zone(const Prefix& prefix);

}  // namespace pier
