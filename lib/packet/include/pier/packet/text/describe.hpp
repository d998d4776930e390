// A packet in one line, in the manner of tcpdump(1).
#pragma once

#include <pier/packet/dissect.hpp>

#include <string>

namespace pier::packet {

// Whether checksums are looked at, and wrong ones told. A machine's own packets may have one that its network interface
// fills in after they were captured.
enum class VerifyChecksums : bool { no, yes };

// "IP 192.0.2.1.40000 > 192.0.2.2.80: Flags [S], seq 1, win 64240, options [mss 1460], length 0". What is wrong with
// the packet stands in brackets at its end. Never empty; printable ASCII alone, whatever the packet holds. Any thread.
[[nodiscard]] std::string describe(const Dissection& dissection, VerifyChecksums verify = VerifyChecksums::yes);

}  // namespace pier::packet
