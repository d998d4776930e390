// A flag that a task can wait for.
#pragma once

#include <pier/detail/awaiter.hpp>

namespace pier {

// Confined to one loop's thread (post to it from others); one waiter at a time. Stays set until reset.
class Event {
public:
    Event() = default;
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;

    void set() noexcept {
        set_ = true;
        if (waiter_ != nullptr && waiter_->stage == spi::Stage::in_flight) waiter_->context->loop->end(*waiter_);
    }
    void reset() noexcept { set_ = false; }
    [[nodiscard]] bool is_set() const noexcept { return set_; }

    class Awaiter : public spi::Awaiter<spi::Operation> {
    public:
        Awaiter(Event& event, Deadline limit) noexcept
            : spi::Awaiter<spi::Operation>(limit, spi::Verb::none), event_(event) {
            cancel_hook = [](Loop& loop, spi::Operation& op) { loop.end(op, Error{Errc::operation_canceled, 0}); };
        }
        ~Awaiter() {
            if (event_.waiter_ == this) event_.waiter_ = nullptr;
        }
        template <std::derived_from<spi::PromiseBase> P>
        bool await_suspend(std::coroutine_handle<P> handle) {
            if (event_.set_) return end_at_once(handle);
            spi::require(event_.waiter_ == nullptr, "an Event is awaited by two tasks");
            event_.waiter_ = this;
            return spi::Awaiter<spi::Operation>::await_suspend(handle);
        }

    private:
        Event& event_;
    };
    // Of an event that is set it ends at once, whatever the deadline; in a cancelled scope it ends as
    // operation_canceled even so, and the event stays set. Errors: timed_out at the deadline, operation_canceled.
    [[nodiscard]] Awaiter wait(Deadline deadline = {}) noexcept { return {*this, deadline}; }

private:
    spi::Operation* waiter_ = nullptr;
    bool set_ = false;
};

}  // namespace pier
