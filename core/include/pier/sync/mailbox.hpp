// Values from any thread to the tasks of a loop, in order, with a bound.
#pragma once

#include <pier/detail/ring.hpp>
#include <pier/sync/event.hpp>
#include <pier/sync/notifier.hpp>
#include <pier/task.hpp>

#include <cstddef>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>

namespace pier {

// Any thread sends, the tasks of one loop receive. It holds up to `capacity` values (at least 1). Allocates when it is
// made and never again. It goes on its loop's thread or while the loop runs nowhere, when no thread uses it and no task
// waits.
template <class T>
class Mailbox {
    static_assert(std::is_nothrow_move_constructible_v<T>, "a value is moved under a lock");

public:
    // Throws std::bad_alloc.
    Mailbox(Loop& loop, std::size_t capacity)
        : values_(capacity), came_(loop, [this](std::size_t) noexcept { changed_.set(); }) {
        spi::require(capacity > 0, "a Mailbox without capacity can never take a value");
    }
    Mailbox(const Mailbox&) = delete;
    Mailbox& operator=(const Mailbox&) = delete;
    ~Mailbox() { spi::require(receiving_ == 0, "a Mailbox was destroyed while tasks wait for it"); }

    // Any thread; takes a lock for a moment, so not in a signal handler. Returns whether the value was taken. It
    // stays the caller's when the mailbox is full or closed.
    [[nodiscard]] bool try_send(T& value) noexcept {
        {
            std::lock_guard lock(mutex_);
            if (closed_ || values_.full()) return false;
            values_.push(std::move(value));
        }
        came_.notify();
        return true;
    }
    // Any thread. Nothing more can be sent; receives still get what is there. Idempotent.
    void close() noexcept {
        {
            std::lock_guard lock(mutex_);
            if (std::exchange(closed_, true)) return;
        }
        came_.notify();
    }

    // On the loop's thread. The oldest value; nothing when the mailbox is closed and all values have been received.
    // Errors: timed_out, operation_canceled; no value is lost with them.
    [[nodiscard]] Task<Result<std::optional<T>>> receive(Deadline deadline = {}) {
        const Deadline until = absolute(deadline);
        struct Receiving {
            explicit Receiving(std::size_t& count) noexcept : count_(++count) {}
            Receiving(const Receiving&) = delete;
            Receiving& operator=(const Receiving&) = delete;
            ~Receiving() { --count_; }
            std::size_t& count_;
        } receiving(receiving_);
        for (;;) {
            // Also where a value is there: the wait ends at once then, but other tasks get their turn, and a cancel
            // comes.
            auto changed = co_await changed_.wait(until);
            if (!changed && changed.error() == Errc::operation_canceled) co_return std::unexpected(changed.error());
            // Before the look: what comes after it sets the event again.
            changed_.reset();
            bool over = false;
            std::optional<T> value = take(over);
            if (value || over) changed_.set();  // there may be more, and the end stays
            if (value || over) co_return std::move(value);
            if (!changed) co_return std::unexpected(changed.error());
        }
    }

private:
    // Nothing: there is none, and none will come if it is over. The loop's thread is the only one that takes, so the
    // place of the oldest value is its own without the lock; a value's destructor may use the mailbox.
    std::optional<T> take(bool& over) noexcept {
        std::optional<T> value;
        {
            std::lock_guard lock(mutex_);
            over = closed_;
            if (values_.empty()) return value;
        }
        std::optional<T>& oldest = values_.front();
        value.emplace(std::move(*oldest));
        oldest.reset();
        std::lock_guard lock(mutex_);
        values_.pop();
        return value;
    }

    std::mutex mutex_;
    spi::Ring<T> values_;
    bool closed_ = false;
    std::size_t receiving_ = 0;  // the loop's thread alone: tasks inside of receive()
    Event changed_;
    Notifier came_;
};

}  // namespace pier
