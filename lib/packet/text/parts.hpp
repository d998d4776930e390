// Parts of a description: each is text about one header, printable ASCII alone.
#pragma once

#include <pier/packet/dns.hpp>
#include <pier/packet/icmp.hpp>
#include <pier/packet/icmpv6.hpp>
#include <pier/packet/tcp.hpp>

#include <string>

namespace pier::packet {

// "0x86dd", of at least `digits` digits.
[[nodiscard]] std::string in_hexadecimal(std::uint32_t number, unsigned digits = 4);
// "S", "S.", "P.": of each flag a letter, a dot for ACK; "none".
[[nodiscard]] std::string flags_text(const Tcp& tcp);
// "mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7"; what is broken ends it with "bad".
[[nodiscard]] std::string options_text(const Tcp& tcp);
// "echo request, id 5, seq 6".
[[nodiscard]] std::string icmp_text(const Icmp& icmp);
[[nodiscard]] std::string icmpv6_text(const Icmpv6& icmp);
// "A", "TXT", "TYPE65".
[[nodiscard]] std::string dns_type_text(std::uint16_t type);
// "A 192.0.2.1", "MX mail.example.com. 10".
[[nodiscard]] std::string dns_record_text(const DnsRecord& record);
// "4660+ A? www.example.com.", "4660 1/0/0 A 192.0.2.1".
[[nodiscard]] std::string dns_text(Bytes message);
// A name of a protocol of IP, or its number.
[[nodiscard]] std::string protocol_text(std::uint16_t protocol);

}  // namespace pier::packet
