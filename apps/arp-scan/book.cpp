#include "book.hpp"

#include <algorithm>

namespace arp_scan {

Book::Change Book::heard(Ipv4Number address, const pier::packet::MacAddress& mac) {
    const auto found = hosts_.find(address);
    if (found != hosts_.end()) {
        Host& host = found->second;
        host.round = round_;
        if (host.mac == mac) return {};
        const Change change{News::changed, host.mac};
        host.mac = mac;
        return change;
    }
    if (hosts_.size() >= most_hosts) {
        const bool is_news = !was_full_;
        was_full_ = true;
        return {is_news ? News::full : News::none, {}};
    }
    hosts_.emplace(address, Host{mac, round_});
    return {News::arrived, {}};
}

void Book::forget(std::vector<Gone>& gone) {
    std::ranges::sort(gone, {}, &Gone::address);
    for (const Gone& each : gone) hosts_.erase(each.address);
    if (!gone.empty()) was_full_ = false;
}

}  // namespace arp_scan
