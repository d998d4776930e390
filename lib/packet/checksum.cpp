#include <pier/packet/checksum.hpp>

#include <bit>
#include <cstring>

namespace pier::packet::detail {
namespace {

// The sum does not depend on the byte order of the machine, but for a swap at its end (RFC 1071, section 2 (B)). Nor
// on the width of a word: 2^64 - 1 is a multiple of 2^16 - 1, so words of 64 bits are added, and what leaves them at
// the top comes in again at the bottom.
struct Wide {
    std::uint64_t sum = 0;
    std::uint64_t carries = 0;  // apart from the sum: compilers make one add and one add with carry of it

    void add(std::uint64_t word) noexcept {
        sum += word;
        carries += sum < word ? 1 : 0;
    }
};

std::uint64_t word_at(const std::byte* place) noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, place, sizeof word);  // of any alignment
    return word;
}

std::uint64_t last_bytes(const std::byte* place, std::size_t count) noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, place, count);  // in the order of memory, zeros behind them
    return word;
}

}  // namespace

std::uint16_t sum_many(Bytes bytes) noexcept {
    const std::byte* place = bytes.data();
    std::size_t left = bytes.size();
    // Several sums that don't wait for each other. Six with a carry each were no faster, and vectors of the upper
    // halves apart, as GCC 12 makes them with -O2, took twice as long.
    Wide a;
    Wide b;
    Wide c;
    Wide d;
    for (; left >= 64; left -= 64, place += 64) {
        a.add(word_at(place));
        b.add(word_at(place + 8));
        c.add(word_at(place + 16));
        d.add(word_at(place + 24));
        a.add(word_at(place + 32));
        b.add(word_at(place + 40));
        c.add(word_at(place + 48));
        d.add(word_at(place + 56));
    }
    for (; left >= 8; left -= 8, place += 8) a.add(word_at(place));
    if (left > 0) b.add(last_bytes(place, left));
    // Halves of sums and a count of carries, which together are far below 2^64.
    std::uint64_t sum = a.carries + b.carries + c.carries + d.carries;
    for (const std::uint64_t part : {a.sum, b.sum, c.sum, d.sum}) sum += (part & 0xffffffff) + (part >> 32);
    return from_network(fold(sum));
}

}  // namespace pier::packet::detail
