// Made-up addresses, and texts that are nearly some.
#pragma once

#include <pier/address/address.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace fuzz {

// SplitMix64 (Steele, Lea and Flood, 2014): the same numbers everywhere.
class Random {
public:
    explicit Random(std::uint64_t seed) noexcept : state_(seed) {}
    std::uint64_t next() noexcept {
        std::uint64_t x = state_ += 0x9e3779b97f4a7c15U;
        x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
        x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
        return x ^ (x >> 31);
    }
    // Below `bound`, which is at least 1; small bounds alone, so that no value is much rarer than another.
    std::size_t below(std::size_t bound) noexcept { return static_cast<std::size_t>(next() % bound); }
    bool one_in(std::size_t times) noexcept { return below(times) == 0; }

private:
    std::uint64_t state_;
};

// Of either family, without a scope. IPv6 often has runs of zeros, and beginnings that mean something.
[[nodiscard]] pier::Address make_address(Random& random);

// About a third are addresses in some way to write them, historical ones of IPv4 too; of the rest most are addresses,
// prefixes or endpoints with a few characters changed. At most 80 bytes; now and then with a zero byte inside.
[[nodiscard]] std::string make_text(Random& random);

}  // namespace fuzz
