#include <pier/address/prefixes.hpp>

#include <algorithm>

namespace pier {

std::expected<Split, std::string> split(const Prefix& prefix, unsigned length, std::size_t most) {
    const std::string name = prefix.to_string();
    if (length < prefix.length()) {
        return std::unexpected(name + ": its parts are no shorter than " + std::to_string(prefix.length()) + " bits");
    }
    if (length > prefix.bits()) {
        return std::unexpected(name + ": a prefix of " + (prefix.is_v4() ? "IPv4" : "IPv6") + " has at most " +
                               std::to_string(prefix.bits()) + " bits");
    }
    const unsigned extra = length - prefix.length();
    const Prefix first(prefix.network(), length);
    Split result{{first}, U128::ones(extra)};
    while (result.prefixes.size() < most && result.further != U128(0)) {
        result.prefixes.push_back(*result.prefixes.back().next());
        result.further = result.further - 1;
    }
    return result;
}

std::optional<Prefix> merge(const Prefix& a, const Prefix& b) noexcept {
    if (a.contains(b)) return a;
    if (b.contains(a)) return b;
    if (a.sibling() == b) return a.parent();
    return std::nullopt;
}

std::vector<Prefix> aggregate(std::vector<Prefix> prefixes) {
    std::ranges::sort(prefixes);
    std::vector<Prefix> merged;
    for (Prefix next : prefixes) {
        // In order, what can be merged with the next one are the last ones alone.
        while (!merged.empty()) {
            const auto both = merge(merged.back(), next);
            if (!both) break;
            next = *both;
            merged.pop_back();
        }
        merged.push_back(next);
    }
    return merged;
}

std::expected<std::vector<Prefix>, std::string> prefixes_of(const AddressRange& range) {
    const Address first = range.first.without_scope();
    const Address last = range.last.without_scope();
    if (first.family() != last.family()) {
        return std::unexpected(first.to_string() + " and " + last.to_string() +
                               ": a range has addresses of one family");
    }
    if (first > last) return std::unexpected(first.to_string() + " comes behind " + last.to_string());
    std::vector<Prefix> prefixes;
    for (std::optional<Address> begin = first; begin && *begin <= last; begin = prefixes.back().last().next()) {
        // The shortest one that begins here and does not reach beyond the end.
        Prefix prefix(*begin, begin->bits());
        for (auto longer = prefix.parent(); longer && longer->network() == *begin && longer->last() <= last;
             longer = prefix.parent()) {
            prefix = *longer;
        }
        prefixes.push_back(prefix);
    }
    return prefixes;
}

}  // namespace pier
