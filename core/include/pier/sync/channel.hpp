// Values from tasks to tasks of one loop, in order, with a bound.
#pragma once

#include <pier/detail/ring.hpp>
#include <pier/detail/wait_list.hpp>
#include <pier/task/awaitable.hpp>

#include <cstddef>
#include <expected>
#include <optional>
#include <type_traits>
#include <utility>

namespace pier {

// Why Channel::send() has failed, and the value, which nobody has received. Where an Error is expected, it is one.
template <class T>
struct Unsent : Error {
    T value;
};

// Any number of tasks may send and receive; each side is served in order of arrival. It holds up to `capacity` values
// that nobody has received yet; a send beyond them waits. With capacity 0 each send waits for its receive. Confined to
// one loop's thread; a Mailbox takes values from other threads. Allocates when it is made and never again. No task may
// wait when it goes.
template <class T>
class Channel {
    static_assert(std::is_nothrow_move_constructible_v<T>, "a value is moved while a task is being woken");

public:
    // Throws std::bad_alloc.
    explicit Channel(std::size_t capacity) : values_(capacity) {}
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;
    ~Channel() {
        spi::require(senders_.empty() && receivers_.empty(), "a Channel was destroyed while tasks wait for it");
    }

    class SendAwaiter : public AwaitableBase<SendAwaiter> {
    public:
        SendAwaiter(Channel& channel, T&& value, Deadline limit) noexcept
            : AwaitableBase<SendAwaiter>(limit), channel_(channel), value_(std::move(value)) {}
        std::expected<void, Unsent<T>> await_resume() noexcept {
            if (this->error) return std::unexpected(Unsent<T>{this->error, std::move(value_)});
            return {};
        }

    private:
        friend AwaitableBase<SendAwaiter>;
        friend Channel;
        std::optional<Error> ready() noexcept {
            if (channel_.closed_) return Error{Errc::broken_pipe, 0};
            if (channel_.try_send(value_)) return Error{};
            return std::nullopt;
        }
        void begin() noexcept { channel_.senders_.push(*this); }
        void leave() noexcept { channel_.senders_.remove(*this); }

        Channel& channel_;
        T value_;
    };

    class ReceiveAwaiter : public AwaitableBase<ReceiveAwaiter> {
    public:
        ReceiveAwaiter(Channel& channel, Deadline limit) noexcept
            : AwaitableBase<ReceiveAwaiter>(limit), channel_(channel) {}
        Result<std::optional<T>> await_resume() noexcept {
            if (this->error) return std::unexpected(this->error);
            return std::move(value_);
        }

    private:
        friend AwaitableBase<ReceiveAwaiter>;
        friend Channel;
        std::optional<Error> ready() noexcept {
            auto value = channel_.try_receive();
            if (value) value_.emplace(std::move(*value));
            if (value_ || channel_.closed_) return Error{};
            return std::nullopt;
        }
        void begin() noexcept { channel_.receivers_.push(*this); }
        void leave() noexcept { channel_.receivers_.remove(*this); }

        Channel& channel_;
        std::optional<T> value_;
    };

    // Waits for room. Errors: broken_pipe when the channel is closed, also while it waits; timed_out,
    // operation_canceled. With each goes the value.
    [[nodiscard]] SendAwaiter send(T value, Deadline deadline = {}) noexcept {
        return {*this, std::move(value), deadline};
    }
    // The oldest value; nothing when the channel is closed and all values have been received. Errors: timed_out,
    // operation_canceled; no value is lost with them.
    [[nodiscard]] ReceiveAwaiter receive(Deadline deadline = {}) noexcept { return {*this, deadline}; }

    // Returns whether the value was taken. It stays the caller's when the channel is full or closed.
    [[nodiscard]] bool try_send(T& value) noexcept {
        if (closed_) return false;
        if (spi::Operation* waiting = receivers_.pop()) {
            auto& receiver = static_cast<ReceiveAwaiter&>(*waiting);
            receiver.value_.emplace(std::move(value));
            receiver.wake();
            return true;
        }
        if (values_.full()) return false;
        values_.push(std::move(value));
        return true;
    }
    // Nothing: there is none now.
    [[nodiscard]] std::optional<T> try_receive() noexcept {
        std::optional<T> value;
        if (!values_.empty()) {
            value.emplace(std::move(*values_.front()));
            values_.pop();
        }
        spi::Operation* waiting = senders_.pop();
        if (waiting == nullptr) return value;
        auto& sender = static_cast<SendAwaiter&>(*waiting);
        if (value) {
            values_.push(std::move(sender.value_));
        } else {
            value.emplace(std::move(sender.value_));
        }
        sender.wake();
        return value;
    }
    // Nothing more can be sent: sends that wait fail, receives still get what is there. Idempotent.
    void close() noexcept {
        closed_ = true;
        while (spi::Operation* waiting = senders_.pop())
            static_cast<SendAwaiter*>(waiting)->wake(Error{Errc::broken_pipe, 0});
        while (spi::Operation* waiting = receivers_.pop()) static_cast<ReceiveAwaiter*>(waiting)->wake();
    }

    [[nodiscard]] bool closed() const noexcept { return closed_; }
    // Values that nobody has received, without those of sends that wait.
    [[nodiscard]] std::size_t size() const noexcept { return values_.size(); }
    [[nodiscard]] std::size_t capacity() const noexcept { return values_.capacity(); }

private:
    spi::Ring<T> values_;
    spi::WaitList senders_;    // not empty only while `values_` is full
    spi::WaitList receivers_;  // not empty only while it is empty
    bool closed_ = false;
};

}  // namespace pier
