// A packet in one line, in the manner of tcpdump(1).
#pragma once

#include <pier/packet/dissect.hpp>

#include <string>

namespace pier::packet {

// "IP 192.0.2.1.40000 > 192.0.2.2.80: Flags [S], seq 1, win 64240, options [mss 1460], length 0". What is wrong with
// the packet stands in brackets at its end. Never empty; printable ASCII alone, whatever the packet holds. Any thread.
[[nodiscard]] std::string describe(const Dissection& dissection);

}  // namespace pier::packet
