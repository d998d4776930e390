#include "requests.hpp"

#include <algorithm>

namespace ping {

void Requests::add(Nanoseconds sent, Nanoseconds sent_wall) {
    kept_.push_back({sent, sent_wall});
    if (kept_.size() <= most) return;
    kept_.pop_front();
    ++forgotten_;
}

Request* Requests::find(std::uint16_t sequence) noexcept {
    const auto place = static_cast<std::uint16_t>(sequence - 1 - static_cast<std::uint16_t>(forgotten_));
    return place < kept_.size() ? &kept_[place] : nullptr;
}

std::size_t Requests::open() const noexcept {
    const auto is_open = [](const Request& each) { return !each.answered && !each.failed; };
    return static_cast<std::size_t>(std::count_if(kept_.begin(), kept_.end(), is_open));
}

Nanoseconds round_trip(const Request& request, Nanoseconds seen, std::optional<Nanoseconds> arrived_wall) {
    const Nanoseconds monotonic = std::max(seen - request.sent, Nanoseconds{});
    if (!arrived_wall) return monotonic;
    const Nanoseconds wall = *arrived_wall - request.sent_wall;
    return wall >= Nanoseconds{} && wall <= monotonic ? wall : monotonic;
}

}  // namespace ping
