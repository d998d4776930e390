#include <pier/detail/timer_wheel.hpp>

#include <pier/detail/assert.hpp>

#include <bit>
#include <utility>

namespace pier::spi {
namespace {

void make_empty(Timer& head) noexcept { head.before = head.after = &head; }

bool is_empty(const Timer& head) noexcept { return head.after == &head; }

void insert_before(Timer& position, Timer& timer) noexcept {
    timer.before = position.before;
    timer.after = &position;
    position.before->after = &timer;
    position.before = &timer;
}

void unlink(Timer& timer) noexcept {
    timer.before->after = timer.after;
    timer.after->before = timer.before;
    timer.before = timer.after = nullptr;
}

constexpr std::int64_t tick_count(Duration d) noexcept { return d.count() / TimerWheel::tick.count(); }

// The first tick at or after the time; 0 for what lies before the clock's zero.
std::uint64_t tick_at_or_after(Time time) noexcept {
    Duration since = time.time_since_epoch();
    if (since <= Duration::zero()) return 0;
    std::int64_t whole = tick_count(since);
    return static_cast<std::uint64_t>(whole) + (since.count() % TimerWheel::tick.count() != 0 ? 1 : 0);
}

std::uint64_t tick_at_or_before(Time time) noexcept {
    Duration since = time.time_since_epoch();
    return since <= Duration::zero() ? 0 : static_cast<std::uint64_t>(tick_count(since));
}

}  // namespace

TimerWheel::TimerWheel(Time now) noexcept : current_(tick_at_or_before(now)) {
    for (Level& level : wheel_) {
        for (Timer& head : level.heads) make_empty(head);
    }
    make_empty(due_);
}

void TimerWheel::start(Timer& timer, Time expiry) noexcept {
    require(timer.before == nullptr, "a timer was started twice");
    timer.expiry = expiry;
    ++count_;
    place(timer);
}

void TimerWheel::place(Timer& timer) noexcept {
    std::uint64_t at = tick_at_or_after(timer.expiry);
    // The present tick has been moved out already, so what is due now fires at the next one (it is never early, and a
    // task that sleeps for no time in a circle can't hold up the turn).
    if (at <= current_) at = current_ + 1;
    std::uint64_t differing = at ^ current_;
    std::size_t level = (static_cast<std::size_t>(std::bit_width(differing)) - 1) / bits;
    std::size_t slot;
    if (level < levels) {
        slot = static_cast<std::size_t>(at >> (level * bits)) & (slots - 1);
    } else {
        // Beyond the horizon: into the slot that the last level comes to when it begins anew. It is placed again then.
        level = levels - 1;
        slot = 0;
    }
    wheel_[level].occupied |= std::uint64_t{1} << slot;
    insert_before(wheel_[level].heads[slot], timer);
}

void TimerWheel::stop(Timer& timer) noexcept {
    if (timer.before == nullptr) return;
    Timer* neighbour = timer.before;
    bool last = neighbour == timer.after;
    unlink(timer);
    --count_;
    if (!last) return;
    // The neighbour on both sides is the slot's head: its place in the array tells which bit to clear. due_ has none.
    for (Level& level : wheel_) {
        if (neighbour < level.heads.data() || neighbour >= level.heads.data() + slots) continue;
        level.occupied &= ~(std::uint64_t{1} << (neighbour - level.heads.data()));
        return;
    }
}

Time TimerWheel::next() const noexcept {
    if (!is_empty(due_)) return due_.after->expiry;
    for (std::size_t level = 0; level < levels; ++level) {
        std::uint64_t occupied = wheel_[level].occupied;
        if (occupied == 0) continue;
        std::size_t shift = level * bits;
        auto here = static_cast<int>((current_ >> shift) & (slots - 1));
        // Slots behind the present one come round after the others of their level: rotate so that the next is bit 0.
        int ahead = std::countr_zero(std::rotr(occupied, here + 1)) + 1;
        std::uint64_t start = ((current_ >> shift) + static_cast<std::uint64_t>(ahead)) << shift;
        constexpr auto last = static_cast<std::uint64_t>(Duration::max().count() / tick.count());
        if (start > last) return never;
        return Time(Duration(static_cast<std::int64_t>(start) * tick.count()));
    }
    return never;
}

// Empties a slot into lower levels (or, on the lowest, into due_). current_ is the slot's first tick.
void TimerWheel::spread(std::size_t level, std::size_t slot) noexcept {
    // Taken out as a whole first: what lies beyond the horizon comes back to the same slot.
    Timer head;
    make_empty(head);
    std::swap(head, wheel_[level].heads[slot]);
    head.before->after = head.after->before = &head;
    make_empty(wheel_[level].heads[slot]);
    wheel_[level].occupied &= ~(std::uint64_t{1} << slot);
    while (!is_empty(head)) {
        Timer& timer = *head.after;
        unlink(timer);
        if (tick_at_or_after(timer.expiry) <= current_) {
            insert_before(due_, timer);
        } else {
            place(timer);
        }
    }
}

// Merge sort from the bottom up over the `after` links, stable; `before` is mended at the end.
void TimerWheel::sort(Timer& head) noexcept {
    if (is_empty(head) || head.after->after == &head) return;
    Timer* runs[48] = {};  // runs[i] holds 2^i sorted timers or none
    head.before->after = nullptr;
    auto merge = [](Timer* older, Timer* newer) noexcept {
        Timer* first = nullptr;
        Timer** end = &first;
        while (older != nullptr && newer != nullptr) {
            Timer*& lesser = newer->expiry < older->expiry ? newer : older;
            *end = lesser;
            end = &lesser->after;
            lesser = *end;
        }
        *end = older != nullptr ? older : newer;
        return first;
    };
    for (Timer* rest = head.after; rest != nullptr;) {
        Timer* run = rest;
        rest = rest->after;
        run->after = nullptr;
        std::size_t i = 0;
        for (; runs[i] != nullptr; ++i) {
            run = merge(runs[i], run);
            runs[i] = nullptr;
        }
        runs[i] = run;
    }
    Timer* sorted = nullptr;
    for (Timer* run : runs) {
        if (run != nullptr) sorted = sorted == nullptr ? run : merge(run, sorted);
    }
    Timer* before = &head;
    for (Timer* timer = sorted; timer != nullptr; timer = timer->after) {
        before->after = timer;
        timer->before = before;
        before = timer;
    }
    before->after = &head;
    head.before = before;
}

Timer* TimerWheel::expire(Time now) noexcept {
    std::uint64_t target = tick_at_or_before(now);
    while (is_empty(due_)) {
        // Jump to the next occupied slot on any level; every level above whose slot begins there is spread first.
        Time start = next();
        if (start == never || tick_at_or_before(start) > target) {
            // No occupied slot begins up to there, so the position may move on, and later placements are counted from
            // it.
            if (target > current_) current_ = target;
            return nullptr;
        }
        current_ = tick_at_or_before(start);
        for (std::size_t level = levels; level-- > 0;) {
            std::size_t shift = level * bits;
            if (level > 0 && (current_ & ((std::uint64_t{1} << shift) - 1)) != 0) continue;
            auto slot = static_cast<std::size_t>((current_ >> shift) & (slots - 1));
            if ((wheel_[level].occupied >> slot & 1) != 0) spread(level, slot);
        }
        sort(due_);
    }
    Timer* timer = due_.after;
    unlink(*timer);
    --count_;
    return timer;
}

}  // namespace pier::spi
