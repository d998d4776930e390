// Words that stand for numbers and protocols.
#pragma once

#include "../primitives.hpp"

#include <pier/packet/filter/compile.hpp>

#include <string_view>

namespace pier::packet::filter {

// "tcp", "ether"; nothing for other words.
[[nodiscard]] std::optional<Protocol> protocol_of(std::string_view word);
// "icmp-echo", "tcp-syn", "tcpflags".
[[nodiscard]] std::optional<std::uint32_t> constant_of(std::string_view word);
// "http".
[[nodiscard]] std::optional<FilterService> service_of(std::string_view name);
// The number of a protocol behind Ethernet: "arp".
[[nodiscard]] std::optional<std::uint32_t> ether_type_of(std::string_view name);

}  // namespace pier::packet::filter
