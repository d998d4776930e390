#include <pier/chat/link.hpp>

#include <algorithm>
#include <utility>

namespace pier::chat {

bool Link::post(std::string message) {
    waiting_.push_back(std::move(message));
    if (waiting_.size() <= most_waiting) return true;
    waiting_.pop_front();
    return false;
}

std::vector<Data> Link::due(Time now) {
    std::vector<Data> out;
    bool late = false;
    for (auto at = in_flight_.begin(); at != in_flight_.end();) {
        Sent& sent = at->second;
        if (sent.again > now) {
            ++at;
            continue;
        }
        if (!std::exchange(late, true)) pause_ = std::min(pause_ * 2, longest_pause);
        if (sent.tries == most_tries) {
            if (given_up_.size() < most_waiting) given_up_.push_back(std::move(sent.message));
            at = in_flight_.erase(at);
            continue;
        }
        sent.again = now + pause_;
        if (out.size() < most_repeats) {
            ++sent.tries;
            out.push_back({at->first, 0, sent.message});
        }
        ++at;
    }
    // From the oldest that is in flight, so that the other side never has to keep more than a window.
    while (!waiting_.empty() && next_number_ - base() < window) {
        Sent sent{.message = std::move(waiting_.front()), .tries = 1};
        waiting_.pop_front();
        sent.first = now;
        sent.again = repeats_ == Repeats::yes ? now + pause_ : never;
        out.push_back({next_number_, 0, sent.message});
        in_flight_.emplace(next_number_++, std::move(sent));
    }
    for (Data& data : out) data.base = base();
    return out;
}

Time Link::next() const noexcept {
    Time first = never;
    for (const auto& [number, sent] : in_flight_) first = std::min(first, sent.again);
    return first;
}

void Link::take(const Ack& ack, Time now) {
    // Of what was never sent nothing can have come: a mistake, or a lie.
    if (ack.next > next_number_) return;
    while (!in_flight_.empty() && in_flight_.begin()->first < ack.next) acknowledge(in_flight_.begin(), now);
    for (std::uint32_t i = 0; i < window; ++i) {
        if ((ack.later >> i & 1) == 0) continue;
        if (const auto at = in_flight_.find(ack.next + 1 + i); at != in_flight_.end()) acknowledge(at, now);
    }
}

// What was sent more than once does not tell how long it took (Karn's algorithm, RFC 6298).
void Link::acknowledge(std::map<std::uint32_t, Sent>::iterator at, Time now) {
    if (at->second.tries == 1) pause_ = std::clamp(3 * (now - at->second.first), first_pause, longest_pause);
    in_flight_.erase(at);
}

std::vector<std::string> Link::take(const Data& data) {
    std::vector<std::string> out;
    if (data.base > data.number || data.number - data.base >= window) return out;
    // What is before the base has been given up: it is not waited for.
    while (!early_.empty() && early_.begin()->first < data.base) {
        out.push_back(std::move(early_.begin()->second));
        early_.erase(early_.begin());
    }
    expected_ = std::max(expected_, data.base);
    if (data.number >= expected_ && data.number - expected_ < window) early_.try_emplace(data.number, data.message);
    while (!early_.empty() && early_.begin()->first == expected_) {
        out.push_back(std::move(early_.begin()->second));
        early_.erase(early_.begin());
        ++expected_;
    }
    return out;
}

Ack Link::ack() const noexcept {
    Ack ack{expected_, 0};
    for (const auto& [number, message] : early_) {
        if (number > expected_) ack.later |= std::uint32_t{1} << (number - expected_ - 1);
    }
    return ack;
}

}  // namespace pier::chat
