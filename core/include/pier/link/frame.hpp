// Frames of the link layer as they are captured.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

namespace pier {

// What frames begin with. The numbers are those of capture files ("LINKTYPE_...", draft-ietf-opsawg-pcaplinktype).
enum class LinkLayer : std::uint16_t {
    bsd_loopback = 0,  // 4 bytes: a family of addresses, in this machine's order (Npcap's loopback)
    ethernet = 1,
    raw_ip = 101,  // IPv4 or IPv6, with nothing before it
};

// Borrowed from the tap that gave it: valid until the tap's next receive(), and until it is closed.
struct Frame {
    std::span<const std::byte> data;        // what was kept of it
    std::uint32_t original_size = 0;        // bytes on the wire
    std::chrono::nanoseconds arrived{};     // by the system's wall clock, since the beginning of 1970 (UTC)
    bool outgoing = false;                  // this machine sends it (Linux tells; elsewhere false)
    bool checksum_to_be_filled_in = false;  // the adapter writes the checksum of TCP or UDP later (Linux tells)
};

// Since the tap was opened.
struct LinkCounts {
    std::uint64_t received = 0;  // frames that the filter let pass, the dropped ones among them
    std::uint64_t dropped = 0;   // of these, lost because nobody received in time
};

}  // namespace pier
