#include <pier/chat/gaps.hpp>

#include <algorithm>

namespace pier::chat {

void Gaps::begin(std::uint32_t sender) { (void)put(sender, 0); }

std::uint32_t Gaps::take(std::uint32_t sender, std::uint32_t number) {
    const auto found = senders_.find(sender);
    if (found == senders_.end()) {
        (void)put(sender, number);
        return 0;
    }
    Sender& known = found->second;
    known.used = ++uses_;
    if (number <= known.last) return 0;
    const std::uint32_t missing = number - known.last - 1;
    known.last = number;
    return missing;
}

Gaps::Sender& Gaps::put(std::uint32_t sender, std::uint32_t last) {
    if (senders_.size() == most_senders && !senders_.contains(sender)) {
        senders_.erase(std::ranges::min_element(senders_, {}, [](const auto& entry) { return entry.second.used; }));
    }
    return senders_[sender] = Sender{last, ++uses_};
}

}  // namespace pier::chat
