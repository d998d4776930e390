// Values from any thread to the tasks of a loop, in order, with a bound.
#pragma once

#include <pier/detail/ring.hpp>
#include <pier/sync/channel.hpp>
#include <pier/sync/event.hpp>
#include <pier/sync/notifier.hpp>
#include <pier/task.hpp>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>

namespace pier {

// Any thread sends, tasks of any loop send and wait for room, the tasks of one loop receive. It holds up to `capacity`
// values (at least 1). Allocates when it is made and where a send has to wait. It goes on its loop's thread or while
// the loop runs nowhere, when no thread uses it and no task waits.
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
    ~Mailbox() {
        spi::require(receiving_ == 0 && first_ == nullptr, "a Mailbox was destroyed while tasks wait for it");
    }

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
    // On any loop. Waits for room; those who wait are told of it in order of arrival, but somebody else's try_send()
    // may come first. Errors: broken_pipe when the mailbox is closed, also while it waits; timed_out,
    // operation_canceled. With each goes the value. Throws std::bad_alloc, and the value is gone.
    [[nodiscard]] Task<std::expected<void, Unsent<T>>> send(T value, Deadline deadline = {}) {
        const Deadline until = absolute(deadline);
        // Others get their turn, and a cancel comes, also where there is room.
        Event room;
        room.set();
        Notifier notifier(this_loop(), [&room](std::size_t) noexcept { room.set(); });
        Sender self(*this, notifier);
        for (;;) {
            auto told = co_await room.wait(until);
            if (!told && told.error() == Errc::operation_canceled) {
                co_return std::unexpected(Unsent<T>{told.error(), std::move(value)});
            }
            room.reset();
            const Tried tried = self.try_send(value);
            if (tried == Tried::sent) co_return {};
            if (tried == Tried::closed) co_return std::unexpected(Unsent<T>{{Errc::broken_pipe, 0}, std::move(value)});
            if (!told) co_return std::unexpected(Unsent<T>{told.error(), std::move(value)});
        }
    }
    // Any thread. Nothing more can be sent, and sends that wait fail; receives still get what is there. Idempotent.
    void close() noexcept {
        {
            std::lock_guard lock(mutex_);
            if (std::exchange(closed_, true)) return;
            for (Sender* each = first_; each != nullptr; each = each->after_) each->notifier_.notify();
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
    enum class Tried : std::uint8_t { sent, full, closed };

    // A send that waits, or is about to try. Whoever has been told of room and leaves it tells the next one.
    class Sender {
    public:
        Sender(Mailbox& mailbox, Notifier& notifier) noexcept : notifier_(notifier), mailbox_(mailbox) {}
        Sender(const Sender&) = delete;
        Sender& operator=(const Sender&) = delete;
        // Afterwards nobody is inside of its notify().
        ~Sender() {
            if (!waits_) return;
            std::lock_guard lock(mailbox_.mutex_);
            leave();
        }

        [[nodiscard]] Tried try_send(T& value) noexcept {
            {
                std::lock_guard lock(mailbox_.mutex_);
                if (mailbox_.closed_) return Tried::closed;
                if (mailbox_.values_.full()) {
                    wait();
                    return Tried::full;
                }
                mailbox_.values_.push(std::move(value));
                told_ = false;  // the room is taken
                leave();
                // What is left of it is the next one's, whom a receive may have told nothing of.
                mailbox_.tell_of_room();
            }
            mailbox_.came_.notify();
            return Tried::sent;
        }

    private:
        friend Mailbox;
        // Under the lock. It stays where it is in the line.
        void wait() noexcept {
            told_ = false;
            if (std::exchange(waits_, true)) return;
            before_ = mailbox_.last_;
            (before_ != nullptr ? before_->after_ : mailbox_.first_) = this;
            mailbox_.last_ = this;
        }
        // Under the lock.
        void leave() noexcept {
            if (!std::exchange(waits_, false)) return;
            (before_ != nullptr ? before_->after_ : mailbox_.first_) = after_;
            (after_ != nullptr ? after_->before_ : mailbox_.last_) = before_;
            if (told_) mailbox_.tell_of_room();
        }

        Notifier& notifier_;
        Mailbox& mailbox_;
        Sender* before_ = nullptr;
        Sender* after_ = nullptr;
        bool waits_ = false;  // written by its own task alone
        bool told_ = false;
    };

    // Under the lock: the first one that has not been told yet. There may be none, or no room.
    void tell_of_room() noexcept {
        if (values_.full()) return;
        Sender* each = first_;
        while (each != nullptr && each->told_) each = each->after_;
        if (each == nullptr) return;
        each->told_ = true;
        each->notifier_.notify();
    }

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
        tell_of_room();
        return value;
    }

    std::mutex mutex_;
    spi::Ring<T> values_;
    bool closed_ = false;
    Sender* first_ = nullptr;
    Sender* last_ = nullptr;
    std::size_t receiving_ = 0;  // the loop's thread alone: tasks inside of receive()
    Event changed_;
    Notifier came_;
};

}  // namespace pier
