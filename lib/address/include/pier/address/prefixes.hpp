// Several prefixes: splitting, merging, and ranges as prefixes.
#pragma once

#include <pier/address/prefix.hpp>
#include <pier/address/text_error.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace pier {

// The first of the prefixes that one was cut into, in order, and how many there are beyond them.
struct Split {
    std::vector<Prefix> prefixes;
    U128 further;
};

// Cuts the prefix into those of a longer length, of which `most` (at least 1) are given at most. The error, a sentence
// that begins with the prefix: `length` is shorter than the prefix's own, or longer than an address.
[[nodiscard]] std::expected<Split, std::string> split(const Prefix& prefix, unsigned length, std::size_t most);

// The one prefix that has the addresses of both and no others; nothing where there is none.
[[nodiscard]] std::optional<Prefix> merge(const Prefix& a, const Prefix& b) noexcept;

// The fewest prefixes with the same addresses, in order. Takes n log n steps.
[[nodiscard]] std::vector<Prefix> aggregate(std::vector<Prefix> prefixes);

// The fewest prefixes that have the addresses from first to last and no others, in order: at most 62 of IPv4 and 254 of
// IPv6. Scopes don't matter. The error, a sentence: the families differ, or the first one comes behind the last.
[[nodiscard]] std::expected<std::vector<Prefix>, std::string> prefixes_of(const AddressRange& range);

}  // namespace pier
