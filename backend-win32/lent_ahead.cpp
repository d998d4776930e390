#include "lent_ahead.hpp"

#include "overlapped_ops.hpp"

namespace pier::win32 {

bool LentAhead::enter(OverlappedLane& record, OverlappedLane*& idle) noexcept {
    const ULONGLONG now = ::GetTickCount64();
    if (count_ < places) {
        record.lent_place = static_cast<std::uint32_t>(count_);
        taken_[count_++] = {&record, now};
        return true;
    }
    Place& looked_at = taken_[hand_];
    hand_ = (hand_ + 1) % places;
    if (now - looked_at.since >= idle_after) {
        looked_at.since = now;  // asked once; it leaves when the system says so
        idle = looked_at.record;
    }
    return false;
}

// The last one takes its place.
void LentAhead::leave(OverlappedLane& record) noexcept {
    Place& last = taken_[--count_];
    last.record->lent_place = record.lent_place;
    taken_[record.lent_place] = last;
    record.lent_place = OverlappedLane::no_place;
}

}  // namespace pier::win32
