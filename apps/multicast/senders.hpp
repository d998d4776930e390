// What has come, by sender.
#pragma once

#include "packet.hpp"
#include "sequence.hpp"

#include <pier/endpoint.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

namespace multicast {

class Senders {
public:
    // Anybody in the network can be one more. Of those beyond it, datagrams are counted together.
    static constexpr std::size_t most = 1024;

    // A program that was started again at the same address is another one. Without a mark: datagrams that are not
    // pier-multicast's, which have no numbers.
    using Key = std::pair<pier::Endpoint, std::optional<std::uint64_t>>;

    // Nothing for one without a number. Throws std::bad_alloc.
    std::optional<Sequence::Seen> take(const pier::Endpoint& from, const std::optional<Packet>& packet);

    [[nodiscard]] const std::map<Key, Sequence>& all() const noexcept { return all_; }
    [[nodiscard]] std::uint64_t beyond() const noexcept { return beyond_; }
    [[nodiscard]] std::uint64_t received() const noexcept { return received_; }

private:
    std::map<Key, Sequence> all_;
    std::uint64_t beyond_ = 0;
    std::uint64_t received_ = 0;
};

}  // namespace multicast
