// The Internet checksum of packets of 1,500 bytes, beside loops that are usual for it and beside reading the memory:
// the plain sum of its 64-bit words, and std::reduce over them. Lines are "who what nanoseconds ns", each for one
// packet, and at last the part of the reader's speed. "cache" reads 32 packets again and again, "memory" reads 64 MiB
// of them.
#include <pier/packet/checksum.hpp>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <numeric>
#include <vector>

#include "common/micro.hpp"

namespace {

constexpr std::size_t packet_size = 1500;
constexpr std::size_t step = 1536;  // from one packet to the next

using Function = std::uint64_t (*)(const std::byte*);

// RFC 1071, section 4.1: a word of 16 bits at a time.
std::uint64_t by_words(const std::byte* place) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < packet_size; i += 2) {
        std::uint16_t word = 0;
        std::memcpy(&word, place + i, sizeof word);
        sum += word;
    }
    while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
    return sum;
}

// The way of Linux's lib/checksum.c, for machines without a loop of their own: 32 bits and a carry at a time.
std::uint64_t by_double_words(const std::byte* place) {
    std::uint32_t sum = 0;
    std::uint32_t carry = 0;
    for (std::size_t i = 0; i < packet_size; i += 4) {
        std::uint32_t word = 0;
        std::memcpy(&word, place + i, sizeof word);
        sum += carry;
        sum += word;
        carry = word > sum ? 1 : 0;
    }
    std::uint64_t folded = std::uint64_t{sum} + carry;
    while (folded >> 16 != 0) folded = (folded & 0xffff) + (folded >> 16);
    return folded;
}

std::uint64_t by_pier(const std::byte* place) {
    return pier::packet::internet_checksum(pier::packet::Bytes(place, packet_size));
}

// Packets begin at a multiple of 8 bytes here, and 1,500 is 187 words and 4 bytes, which nobody reads.
const std::uint64_t* words(const std::byte* place) { return reinterpret_cast<const std::uint64_t*>(place); }

std::uint64_t read_plain(const std::byte* place) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < packet_size / 8; ++i) sum += words(place)[i];
    return sum;
}

std::uint64_t read_reduce(const std::byte* place) {
    return std::reduce(words(place), words(place) + packet_size / 8, std::uint64_t{0});
}

// Nanoseconds for a packet: the best of several runs, because others use this machine too.
double measure(const char* who, const char* what, Function function, const std::byte* packets, std::size_t count,
               int rounds) {
    double best = 0;
    std::uint64_t total = 0;
    for (int run = 0; run < 15; ++run) {
        const double begin = bench::thread_ns();
        for (int round = 0; round < rounds; ++round) {
            for (std::size_t i = 0; i < count; ++i) total += function(packets + i * step);
        }
        const double ns = (bench::thread_ns() - begin) / (static_cast<double>(count) * rounds);
        best = run == 0 ? ns : std::min(best, ns);
    }
    std::printf("%s %s %.1f ns (%.1f GB/s)%s\n", who, what, best, static_cast<double>(packet_size) / best,
                total == 0 ? " of zeros" : "");
    return best;
}

void measure_all(const char* what, std::size_t count, int rounds) {
    std::vector<std::byte> packets(count * step);
    for (std::size_t i = 0; i < packets.size(); ++i) packets[i] = static_cast<std::byte>(i * 31 >> 3 & 0xff);
    const auto run = [&](const char* who, Function function) {
        return measure(who, what, function, packets.data(), count, rounds);
    };
    run("rfc1071", by_words);
    run("kernel", by_double_words);
    const double pier = run("pier", by_pier);
    const double plain = run("read_plain", read_plain);
    const double reduce = run("read_reduce", read_reduce);
    std::printf("pier %s %.2f of read_plain, %.2f of read_reduce\n", what, plain / pier, reduce / pier);
}

}  // namespace

int main() {
    bench::pin_thread(0);
    measure_all("cache", 32, 2000);
    measure_all("memory", (std::size_t{64} << 20) / step, 1);
}
