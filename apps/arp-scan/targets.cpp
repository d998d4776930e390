#include "targets.hpp"

#include "frames.hpp"

#include <pier/address/prefix.hpp>

#include <algorithm>
#include <charconv>
#include <unordered_set>

namespace arp_scan {
namespace {

template <class T>
using OrSentence = std::expected<T, std::string>;

OrSentence<Ipv4Number> read_address(std::string_view text) {
    const auto address = pier::Address::parse(text);
    if (!address) return std::unexpected(address.error().sentence);
    if (!address->is_v4()) return std::unexpected(std::string(text) + ": ARP finds addresses of IPv4 alone");
    return number_of(*address);
}

TargetRange hosts_of(const pier::Prefix& prefix) {
    const pier::AddressRange hosts = prefix.hosts();
    return {number_of(hosts.first), number_of(hosts.last)};
}

// Behind the hyphen: an address, or the last number of one.
OrSentence<Ipv4Number> read_end(std::string_view text, Ipv4Number first) {
    unsigned last = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), last);
    const bool is_number = fault == std::errc{} && end == text.data() + text.size();
    if (is_number && last <= 255) return (first & 0xffffff00U) | last;
    return read_address(text);
}

std::vector<pier::AddressInPrefix> own_addresses(const pier::Interface& interface) {
    std::vector<pier::AddressInPrefix> own;
    for (const pier::InterfaceAddress& each : interface.addresses) {
        const auto address = pier::Address::of(each.address);
        if (address && address->is_v4()) own.push_back({*address, pier::Prefix(*address, each.prefix_length)});
    }
    return own;
}

}  // namespace

OrSentence<TargetRange> read_target(std::string_view word) {
    if (word.find('/') != std::string_view::npos) {
        const auto read = pier::AddressInPrefix::parse(word);
        if (!read) return std::unexpected(read.error().sentence);
        if (!read->address.is_v4()) return std::unexpected(std::string(word) + ": ARP finds addresses of IPv4 alone");
        return hosts_of(read->prefix);
    }
    const std::size_t hyphen = word.find('-');
    const auto first = read_address(word.substr(0, hyphen));
    if (!first) return std::unexpected(first.error());
    if (hyphen == std::string_view::npos) return TargetRange{*first, *first};
    const auto last = read_end(word.substr(hyphen + 1), *first);
    if (!last) return std::unexpected(last.error());
    if (*last < *first) return std::unexpected(std::string(word) + ": the last address comes before the first one");
    return TargetRange{*first, *last};
}

std::vector<TargetRange> own_prefixes(const pier::Interface& interface) {
    std::vector<TargetRange> ranges;
    for (const pier::AddressInPrefix& own : own_addresses(interface)) {
        const TargetRange range = hosts_of(own.prefix);
        if (std::ranges::find(ranges, range) == ranges.end()) ranges.push_back(range);
    }
    return ranges;
}

OrSentence<std::vector<Ipv4Number>> targets_of(const std::vector<TargetRange>& ranges, const pier::Interface& interface,
                                               bool force) {
    const std::size_t most = force ? most_targets : most_unforced;
    std::size_t count = 0;
    for (const TargetRange& range : ranges) count += std::size_t{range.last} - range.first + 1;
    if (count > most) {
        return std::unexpected(std::to_string(count) + " addresses; " +
                               (force ? "at most " + std::to_string(most_targets) + " are asked"
                                      : "more than the 65,536 of a /16 are asked with --force"));
    }
    std::unordered_set<Ipv4Number> left_out;
    for (const pier::AddressInPrefix& own : own_addresses(interface)) left_out.insert(number_of(own.address));
    std::vector<Ipv4Number> targets;
    targets.reserve(count);
    for (const TargetRange& range : ranges) {
        for (std::uint64_t address = range.first; address <= range.last; ++address) {
            const auto number = static_cast<Ipv4Number>(address);
            if (left_out.insert(number).second) targets.push_back(number);
        }
    }
    return targets;
}

Senders::Senders(const pier::Interface& interface) {
    for (const pier::AddressInPrefix& own : own_addresses(interface)) {
        own_.push_back({number_of(own.address), number_of(own.prefix.mask())});
    }
}

Ipv4Number Senders::sender_for(Ipv4Number target) const noexcept {
    if (always_) return *always_;
    for (const Own& own : own_) {
        if ((own.address & own.mask) == (target & own.mask)) return own.address;
    }
    return own_.empty() ? 0 : own_.front().address;
}

}  // namespace arp_scan
