#include "senders.hpp"

namespace multicast {

std::optional<Sequence::Seen> Senders::take(const pier::Endpoint& from, const std::optional<Packet>& packet) {
    ++received_;
    const Key key{from, packet ? std::optional(packet->mark) : std::nullopt};
    auto found = all_.find(key);
    if (found == all_.end()) {
        if (all_.size() == most) {
            ++beyond_;
            return std::nullopt;
        }
        found = all_.emplace(key, Sequence{}).first;
    }
    // Those without a number are as if they came in order.
    const auto seen = found->second.take(packet ? packet->number : found->second.received());
    return packet ? std::optional(seen) : std::nullopt;
}

}  // namespace multicast
