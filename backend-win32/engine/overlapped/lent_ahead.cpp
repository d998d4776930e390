#include "engine/overlapped/lent_ahead.hpp"

#include "engine/overlapped/overlapped_ops.hpp"

namespace pier::win32 {

LentAhead::Place LentAhead::begin(OverlappedLane& record) noexcept {
    record.since = ::GetTickCount();
    if (record.pace == Pace::slow) return Place::none;
    if (count_ >= (record.pace == Pace::quick ? spi::limits::lent_ahead : spi::limits::lent_ahead_for_new))
        return Place::none;
    ++count_;
    record.has_place = true;
    return Place::taken;
}

void LentAhead::leave(OverlappedLane& record) noexcept {
    if (!record.has_place) return;
    record.has_place = false;
    --count_;
}

void LentAhead::end(OverlappedLane& record) noexcept {
    leave(record);
    record.pace = ::GetTickCount() - record.since < spi::limits::lent_ahead_slow_after ? Pace::quick : Pace::slow;
}

}  // namespace pier::win32
