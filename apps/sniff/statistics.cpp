#include "statistics.hpp"

#include <pier/packet/ethernet.hpp>
#include <pier/packet/ipv4.hpp>
#include <pier/packet/ipv6.hpp>

#include <algorithm>
#include <vector>

namespace sniff {
namespace {

namespace packet = pier::packet;

constexpr std::size_t most_shown = 20;

std::string_view protocol_of(const packet::Dissection& dissection) {
    std::string_view name = "data";
    for (const packet::Layer& layer : dissection.layers()) {
        if (layer.kind != packet::LayerKind::data) name = packet::name_of(layer.kind);
    }
    return name;
}

// Of the innermost addresses that can be read: IP's, or else Ethernet's. Empty where there are none.
std::string pair_of(const packet::Dissection& dissection) {
    if (const packet::Layer* v4 = dissection.find(packet::LayerKind::ipv4)) {
        if (const auto ip = packet::Ipv4::read(dissection.bytes(*v4))) {
            return ip->source().to_string() + " > " + ip->destination().to_string();
        }
    }
    if (const packet::Layer* v6 = dissection.find(packet::LayerKind::ipv6)) {
        if (const auto ip = packet::Ipv6::read(dissection.bytes(*v6))) {
            return ip->source().to_string() + " > " + ip->destination().to_string();
        }
    }
    if (const packet::Layer* frame = dissection.find(packet::LayerKind::ethernet)) {
        if (const auto ethernet = packet::Ethernet::read(dissection.bytes(*frame))) {
            return ethernet->source().to_string() + " > " + ethernet->destination().to_string();
        }
    }
    return {};
}

template <class Sum>
void add_to(Sum& sum, const Packet& one) {
    ++sum.packets;
    sum.bytes += one.original_size;
}

template <class Sum>
void add_line(std::string& text, const Sum& sum, std::string_view name) {
    const std::string packets = std::to_string(sum.packets);
    const std::string bytes = std::to_string(sum.bytes);
    text.append(packets.size() < 10 ? 10 - packets.size() : 0, ' ').append(packets);
    text.append(bytes.size() < 15 ? 15 - bytes.size() : 1, ' ').append(bytes);
    text.append("  ").append(name).append("\n");
}

// The ones with most bytes first.
template <class Map>
void add_table(std::string& text, const Map& sums) {
    std::vector<typename Map::const_iterator> order;
    for (auto each = sums.begin(); each != sums.end(); ++each) order.push_back(each);
    std::ranges::sort(order, [](auto one, auto other) {
        return one->second.bytes != other->second.bytes ? one->second.bytes > other->second.bytes
                                                        : one->first < other->first;
    });
    if (order.size() > most_shown) order.resize(most_shown);
    for (const auto each : order) add_line(text, each->second, each->first);
}

}  // namespace

void Statistics::add(const Packet& one, const packet::Dissection& dissection) {
    add_to(all_, one);
    const std::string_view protocol = protocol_of(dissection);
    auto known = protocols_.find(protocol);
    if (known == protocols_.end()) known = protocols_.emplace(protocol, Sum{}).first;
    add_to(known->second, one);
    std::string pair = pair_of(dissection);
    if (pair.empty()) return;
    auto place = pairs_.find(pair);
    if (place == pairs_.end() && pairs_.size() < most_pairs) place = pairs_.emplace(std::move(pair), Sum{}).first;
    add_to(place == pairs_.end() ? other_pairs_ : place->second, one);
}

std::string Statistics::text() const {
    std::string text = "\n   packets          bytes\n";
    add_line(text, all_, "all");
    add_table(text, protocols_);
    text += '\n';
    add_table(text, pairs_);
    if (pairs_.size() > most_shown) {
        text.append(27, ' ').append(std::to_string(pairs_.size() - most_shown)).append(" more pairs of addresses\n");
    }
    if (other_pairs_.packets > 0) add_line(text, other_pairs_, "pairs beyond the first 10,000");
    return text;
}

}  // namespace sniff
