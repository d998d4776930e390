// The result of a task that a scope runs.
#pragma once

#include <pier/task.hpp>
#include <pier/task/awaitable.hpp>

#include <exception>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

namespace pier {

namespace spi {

// What a wait for a T gives: a Result stays one, anything else becomes one, since the wait can fail.
template <class T>
struct Waited {
    using type = Result<T>;
};
template <class T>
struct Waited<Result<T>> {
    using type = Result<T>;
};

}  // namespace spi

// What TaskScope::spawn() gives; may be dropped, the task goes on and its result is dropped then. Move-only; confined
// to the loop's thread; it may outlive the scope. Not moved while a task waits by it. One task may wait at a time.
//
// While one lives, an exception of its task goes to who joins it, and not to the scope; with nobody joining, it is
// lost.
template <class T>
class Spawned : private spi::ResultObserver {
public:
    explicit Spawned(spi::PromiseBase& of) noexcept {
        task_ended = keep;
        promise = &of;
        promise->observer = this;
    }
    Spawned(Spawned&& other) noexcept
        : spi::ResultObserver(other),
          exception_(std::move(other.exception_)),
          value_(std::move(other.value_)),
          ended_(std::exchange(other.ended_, false)) {
        spi::require(other.waiter_ == nullptr, "a Spawned was moved while a task waits by it");
        other.promise = nullptr;
        if (promise != nullptr) promise->observer = this;
    }
    Spawned& operator=(Spawned&&) = delete;
    ~Spawned() {
        spi::require(waiter_ == nullptr, "a Spawned was destroyed while a task waits by it");
        if (promise != nullptr) promise->observer = nullptr;
    }

    [[nodiscard]] bool ended() const noexcept { return ended_; }

    class JoinAwaiter : public AwaitableBase<JoinAwaiter> {
    public:
        JoinAwaiter(Spawned& of, Deadline limit) noexcept : AwaitableBase<JoinAwaiter>(limit), of_(of) {}
        typename spi::Waited<T>::type await_resume() {
            if (of_.waiter_ == this) of_.waiter_ = nullptr;
            if (this->error) return std::unexpected(this->error);
            return of_.take();
        }

    private:
        friend AwaitableBase<JoinAwaiter>;
        std::optional<Error> ready() const noexcept {
            spi::require(of_.waiter_ == nullptr, "a Spawned is joined by two tasks");
            spi::require(of_.promise != nullptr || of_.ended_, "a Spawned was joined that had been moved away");
            if (of_.ended_) return Error{};
            return std::nullopt;
        }
        void begin() noexcept { of_.waiter_ = this; }
        void leave() noexcept { of_.waiter_ = nullptr; }

        Spawned& of_;
    };
    // Waits until the task has ended; gives its result, once, or rethrows its exception. Errors besides its own:
    // timed_out and operation_canceled of the wait; the task goes on then.
    [[nodiscard]] JoinAwaiter join(Deadline deadline = {}) noexcept { return {*this, deadline}; }

private:
    using Kept = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

    static void keep(spi::ResultObserver& observer, spi::PromiseBase& ended) noexcept {
        auto& self = static_cast<Spawned&>(observer);
        auto& promise = static_cast<spi::Promise<T>&>(ended);
        self.exception_ = std::move(promise.exception);
        promise.exception = nullptr;
        if constexpr (std::is_void_v<T>) {
            self.value_.emplace();
        } else if (promise.value) {  // nothing after an exception
            self.value_.emplace(std::move(*promise.value));
        }
        self.promise = nullptr;
        self.ended_ = true;
        if (self.waiter_ != nullptr) self.waiter_->wake();
    }

    typename spi::Waited<T>::type take() {
        if (exception_) std::rethrow_exception(std::exchange(exception_, nullptr));
        spi::require(value_.has_value(), "a Spawned was joined twice");
        if constexpr (std::is_void_v<T>) {
            value_.reset();
            return {};
        } else {
            typename spi::Waited<T>::type result = std::move(*value_);
            value_.reset();
            return result;
        }
    }

    std::exception_ptr exception_;
    std::optional<Kept> value_;
    JoinAwaiter* waiter_ = nullptr;  // until it has gone on, since it takes the value then
    bool ended_ = false;
};

}  // namespace pier
