// What has to hold of every packet and of every capture file, whatever its bytes are.
#pragma once

#include "packet_inputs.hpp"

namespace fuzz {

// What was read at all: a fuzzer whose inputs are all refused tries little.
struct Counts {
    std::uint64_t whole = 0;  // without an error
    std::uint64_t transport = 0;
    std::uint64_t dns = 0;
    std::uint64_t captures = 0;
    std::uint64_t whole_captures = 0;
    std::uint64_t captured = 0;  // packets
};

// Each returns what is wrong, or null.
[[nodiscard]] const char* check_packet(const PacketBytes& packet, Counts& counts);
[[nodiscard]] const char* check_capture(const PacketBytes& file, Random& random, Counts& counts);

// A capture file of some packets, of which some bytes are changed or missing.
[[nodiscard]] PacketBytes make_broken_capture(Random& random);

}  // namespace fuzz
