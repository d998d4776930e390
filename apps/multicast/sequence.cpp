#include "sequence.hpp"

#include <algorithm>

namespace multicast {

Sequence::Seen Sequence::take(std::uint64_t number) {
    ++received_;
    if (!begun_) {
        begun_ = true;
        first_ = number;
        next_ = number + 1;
        return {};
    }
    if (number == next_) {
        ++next_;
        return {};
    }
    if (number > next_) return take_ahead(number);
    if (number < first_) {
        first_ = number;
        ++late_;
        return {.place = Place::late};
    }
    if (absent_.erase(number) > 0) {
        --missing_;
        ++late_;
        return {.place = Place::late};
    }
    ++duplicates_;
    return {.place = Place::duplicate};
}

Sequence::Seen Sequence::take_ahead(std::uint64_t number) {
    const Seen seen{.place = Place::gap, .first_missing = next_, .last_missing = number - 1};
    const std::uint64_t remembered = std::min<std::uint64_t>(number - next_, most_missing);
    for (std::uint64_t each = number - remembered; each < number; ++each) absent_.insert(absent_.end(), each);
    while (absent_.size() > most_missing) absent_.erase(absent_.begin());
    ++gaps_;
    missing_ += number - next_;
    next_ = number + 1;
    return seen;
}

}  // namespace multicast
