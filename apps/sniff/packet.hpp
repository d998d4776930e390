// One packet, from an interface or a file.
#pragma once

#include <pier/packet/bytes.hpp>
#include <pier/packet/numbers.hpp>

#include <cstdint>
#include <optional>

namespace sniff {

// Borrows the bytes.
struct Packet {
    pier::packet::Bytes data;
    std::uint32_t original_size = 0;       // on the wire
    std::optional<std::uint64_t> time_ns;  // since 1970 (UTC)
    pier::packet::LinkType link = pier::packet::LinkType::ethernet;
    bool has_checksums = true;  // false: the network interface fills in the one of TCP or UDP
};

}  // namespace sniff
