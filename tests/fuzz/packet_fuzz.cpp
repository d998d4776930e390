// Reads made-up packets, most of them wrong in some way: pier-fuzz-packet [--count N] [--seed N]. Each is read at the
// very end of its memory, so that the address sanitizer sees what is read behind it. Exit status 1 with the packet at
// the first one of which an answer can't be.
#include "packet_fuzz.hpp"
#include "arguments.hpp"
#include "packet_inputs.hpp"

#include <cstdio>

namespace {

bool wrong(std::uint64_t round, pier::packet::Bytes packet, const char* what) {
    std::printf("input %llu: %s:", static_cast<unsigned long long>(round), what);
    for (const std::byte byte : packet) std::printf(" %02x", std::to_integer<unsigned>(byte));
    std::printf("\n");
    return false;
}

bool run(std::uint64_t count, std::uint64_t seed) {
    fuzz::Random random(seed);
    fuzz::Counts counts;
    for (std::uint64_t round = 0; round < count; ++round) {
        // Its capacity is its size: a copy has no more.
        const fuzz::PacketBytes made = fuzz::make_broken_packet(random);
        const fuzz::PacketBytes packet(made.begin(), made.end());
        if (const char* what = fuzz::check_packet(packet, counts)) return wrong(round, packet, what);
        if (round % 4 != 0) continue;
        const fuzz::PacketBytes file = fuzz::make_broken_capture(random);
        if (const char* what = fuzz::check_capture(file, random, counts)) return wrong(round, file, what);
    }
    const auto number = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
    std::printf("%llu packets, seed %llu: nothing wrong\n", number(count), number(seed));
    std::printf("of them %llu have no error, %llu reach TCP or UDP, %llu reach DNS\n", number(counts.whole),
                number(counts.transport), number(counts.dns));
    std::printf("of %llu captures %llu are read to their end, %llu packets came out of them\n", number(counts.captures),
                number(counts.whole_captures), number(counts.captured));
    return true;
}

}  // namespace

int main(int argc, char** argv) { return fuzz::main_of("pier-fuzz-packet", argc, argv, run); }
