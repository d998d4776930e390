// One event for all operations, and the list of those under way: what overlapped-event lives by, and overlapped-apc for
// the calls that take no routine.
#pragma once

#include "engine/overlapped/overlapped_ops.hpp"
#include "engine/owned_handle.hpp"

#include <pier/result.hpp>

#include <atomic>
#include <utility>
#include <vector>

namespace pier::win32 {

// The event alone tells nothing for certain: the system clears it at the start of every operation, also when another
// has just set it. Whose end was covered up so is found by its status. Hence the turn: begin_turn(), reap(), and only
// if that found nothing a wait for the event, with no start in between.
class OverlappedScan {
public:
    // Of make_event().
    explicit OverlappedScan(OwnedHandle event) noexcept : event_(std::move(event)) {}
    OverlappedScan(const OverlappedScan&) = delete;
    OverlappedScan& operator=(const OverlappedScan&) = delete;
    [[nodiscard]] HANDLE event() const noexcept { return event_.get(); }

    // Room for so many records. Errors: not_enough_memory.
    [[nodiscard]] Result<void> reserve(std::size_t records) noexcept;
    void add(OverlappedLane& record) noexcept {
        record.place = static_cast<std::uint32_t>(records_.size());
        records_.push_back(&record);
    }

    // Whether somebody called wake() since.
    [[nodiscard]] bool begin_turn() noexcept {
        ::ResetEvent(event_.get());  // can't fail on an event of ours
        return take_wake();
    }
    [[nodiscard]] bool take_wake() noexcept { return woken_.exchange(false); }

    // Calls ended(record) for each that has ended; it may start others. True when there was one.
    template <class Ended>
    bool reap(Ended ended) noexcept {
        bool found = false;
        // From the back: what takes the place of one that goes has been looked at.
        for (std::size_t i = records_.size(); i-- > 0;) {
            OverlappedLane& record = *records_[i];
            if (under_way(record)) continue;
            found = true;
            remove(record);
            ended(record);
        }
        return found;
    }

    // Any thread.
    void wake() noexcept {
        if (!woken_.exchange(true)) ::SetEvent(event_.get());
    }

private:
    // The status is what the system writes last.
    static bool under_way(OverlappedLane& record) noexcept {
        constexpr ULONG_PTR pending = 0x103;  // STATUS_PENDING
        return std::atomic_ref(record.Internal).load(std::memory_order_acquire) == pending;
    }
    void remove(OverlappedLane& record) noexcept {
        records_[record.place] = records_.back();
        records_[record.place]->place = record.place;
        records_.pop_back();
    }

    OwnedHandle event_;
    std::atomic<bool> woken_{false};
    std::vector<OverlappedLane*> records_;
};

}  // namespace pier::win32
