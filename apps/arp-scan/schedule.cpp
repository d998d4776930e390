#include "schedule.hpp"

#include <algorithm>
#include <cmath>

namespace arp_scan {
namespace {

// Requests that could not be sent in time are sent behind each other, but no more than fit into this.
constexpr pier::Duration most_behind = std::chrono::milliseconds(20);
// A timeout times the backoff, many times, does not pass this.
constexpr double longest_wait_s = 3600;

pier::Duration wait_behind(const Pace& pace, std::uint32_t attempts) {
    const double first = std::chrono::duration<double>(pace.timeout).count();
    const double wait = first * std::pow(pace.backoff, static_cast<double>(attempts - 1));
    return std::chrono::duration_cast<pier::Duration>(std::chrono::duration<double>(std::min(wait, longest_wait_s)));
}

}  // namespace

Schedule::Schedule(const std::vector<Ipv4Number>& addresses, const Pace& pace, pier::Time begin)
    : pace_(pace), next_request_(begin) {
    hosts_.reserve(addresses.size());
    for (const Ipv4Number address : addresses) {
        if (hosts_.try_emplace(address).second) turns_.push_back({address, begin});
    }
}

Schedule::Step Schedule::next(pier::Time now) {
    for (;;) {
        while (!turns_.empty() && is_done(turns_.front())) turns_.pop_front();
        if (turns_.empty()) return {};
        const Turn& turn = turns_.front();
        if (hosts_.at(turn.address).attempts < pace_.attempts) {
            const pier::Time time = std::max(turn.due, next_request_);
            return {time <= now ? Kind::ask : Kind::wait, turn.address, time};
        }
        // Everybody has had all requests: the last one's wait is the longest.
        while (!turns_.empty() && is_done(turns_.back())) turns_.pop_back();
        if (turns_.empty()) return {};
        if (turns_.back().due > now) return {Kind::wait, turns_.back().address, turns_.back().due};
        turns_.clear();
    }
}

void Schedule::asked(pier::Time now) {
    const Turn turn = turns_.front();
    turns_.pop_front();
    Host& host = hosts_.at(turn.address);
    ++host.attempts;
    ++requests_;
    turns_.push_back({turn.address, now + wait_behind(pace_, host.attempts)});
    next_request_ = std::max(next_request_ + pace_.interval, now - most_behind);
}

std::optional<unsigned> Schedule::answered(Ipv4Number address) {
    const auto found = hosts_.find(address);
    if (found == hosts_.end() || found->second.attempts == 0) return std::nullopt;
    if (++found->second.answers == 1) ++responded_;
    return found->second.answers;
}

bool Schedule::has_answered(Ipv4Number address) const {
    const auto found = hosts_.find(address);
    return found != hosts_.end() && found->second.answers > 0;
}

}  // namespace arp_scan
