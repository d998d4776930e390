// Who is known on the network, and what has changed: for --watch. No I/O; one thread at a time.
#pragma once

#include "schedule.hpp"

#include <pier/packet/mac_address.hpp>

#include <optional>
#include <unordered_map>
#include <vector>

namespace arp_scan {

class Book {
public:
    // Hosts that are known at most. Whoever sends made-up addresses must not take all memory.
    static constexpr std::size_t most_hosts = std::size_t{1} << 18;

    enum class News : std::uint8_t { none, arrived, changed, full };
    struct Change {
        News news = News::none;
        pier::packet::MacAddress before;  // of one that has changed
    };
    // An address was heard from.
    Change heard(Ipv4Number address, const pier::packet::MacAddress& mac);

    // A scan of everybody is over: the hosts that were asked in it, and have said nothing since the last call, are
    // gone. They are given in the order of their addresses, and forgotten. `was_asked` tells of an address.
    struct Gone {
        Ipv4Number address = 0;
        pier::packet::MacAddress mac;
    };
    template <class WasAsked>
    [[nodiscard]] std::vector<Gone> end_round(WasAsked was_asked) {
        std::vector<Gone> gone;
        for (const auto& [address, host] : hosts_) {
            if (host.round != round_ && was_asked(address)) gone.push_back({address, host.mac});
        }
        forget(gone);
        ++round_;
        return gone;
    }

    [[nodiscard]] std::size_t size() const noexcept { return hosts_.size(); }

private:
    struct Host {
        pier::packet::MacAddress mac;
        std::uint64_t round = 0;  // in which it was heard from last
    };
    void forget(std::vector<Gone>& gone);

    std::unordered_map<Ipv4Number, Host> hosts_;
    std::uint64_t round_ = 0;
    bool was_full_ = false;
};

}  // namespace arp_scan
