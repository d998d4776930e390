// A flag that tasks can wait for.
#pragma once

#include <pier/detail/wait_list.hpp>
#include <pier/task/awaitable.hpp>

namespace pier {

// Any number of tasks may wait; set() lets all of them go on. Stays set until reset. Confined to one loop's thread: a
// Notifier sets it from others. No task may wait when it goes.
class Event {
public:
    Event() = default;
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;
    ~Event() { spi::require(waiters_.empty(), "an Event was destroyed while tasks wait for it"); }

    void set() noexcept {
        set_ = true;
        while (spi::Operation* waiter = waiters_.pop()) static_cast<Awaiter*>(waiter)->wake();
    }
    void reset() noexcept { set_ = false; }
    [[nodiscard]] bool is_set() const noexcept { return set_; }

    class Awaiter : public AwaitableBase<Awaiter> {
    public:
        Awaiter(Event& event, Deadline limit) noexcept : AwaitableBase(limit), event_(event) {}

    private:
        friend AwaitableBase;
        std::optional<Error> ready() const noexcept {
            if (event_.set_) return Error{};
            return std::nullopt;
        }
        void begin() noexcept { event_.waiters_.push(*this); }
        void leave() noexcept { event_.waiters_.remove(*this); }

        Event& event_;
    };
    // Of an event that is set it ends at once, whatever the deadline; in a cancelled scope it ends as
    // operation_canceled even so, and the event stays set. Errors: timed_out at the deadline, operation_canceled.
    [[nodiscard]] Awaiter wait(Deadline deadline = {}) noexcept { return {*this, deadline}; }

private:
    spi::WaitList waiters_;
    bool set_ = false;
};

}  // namespace pier
