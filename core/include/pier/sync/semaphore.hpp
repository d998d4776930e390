// Permits that tasks wait for: at most so many do something at a time.
#pragma once

#include <pier/detail/wait_list.hpp>
#include <pier/task/awaitable.hpp>

#include <cstddef>
#include <utility>

namespace pier {

// First come, first served: a permit that comes back goes to the task that has waited longest. Confined to one loop's
// thread: a Notifier adds permits from others. Nothing is allocated. No task may wait and no Permit may be held when it
// goes.
class Semaphore {
public:
    explicit Semaphore(std::size_t permits) noexcept : available_(permits) {}
    Semaphore(const Semaphore&) = delete;
    Semaphore& operator=(const Semaphore&) = delete;
    ~Semaphore() { spi::require(waiters_.empty() && woken_ == 0, "a Semaphore was destroyed while tasks wait for it"); }

    // Gives its permit back when it goes.
    class Permit {
    public:
        Permit() = default;
        Permit(Permit&& other) noexcept : from_(std::exchange(other.from_, nullptr)) {}
        Permit& operator=(Permit&& other) noexcept {
            Permit moved(std::move(other));
            std::swap(from_, moved.from_);
            return *this;
        }
        ~Permit() { release(); }

        [[nodiscard]] bool valid() const noexcept { return from_ != nullptr; }
        // Gives it back now. Idempotent.
        void release() noexcept {
            if (auto* from = std::exchange(from_, nullptr)) from->add();
        }
        // Keeps the permit out of the semaphore for good; Semaphore::add() makes a new one.
        void forget() noexcept { from_ = nullptr; }

    private:
        friend class Semaphore;
        explicit Permit(Semaphore& from) noexcept : from_(&from) {}
        Semaphore* from_ = nullptr;
    };

    class Awaiter : public AwaitableBase<Awaiter> {
    public:
        Awaiter(Semaphore& semaphore, Deadline limit) noexcept : AwaitableBase(limit), semaphore_(semaphore) {}
        Result<Permit> await_resume() const noexcept {
            if (error) return std::unexpected(error);
            if (waited_) --semaphore_.woken_;
            return Permit(semaphore_);
        }

    private:
        friend AwaitableBase;
        std::optional<Error> ready() const noexcept {
            if (semaphore_.available_ == 0) return std::nullopt;
            --semaphore_.available_;
            return Error{};
        }
        void begin() noexcept {
            waited_ = true;
            semaphore_.waiters_.push(*this);
        }
        void leave() noexcept { semaphore_.waiters_.remove(*this); }

        Semaphore& semaphore_;
        bool waited_ = false;
    };

    // Waits for a permit. Errors: timed_out, operation_canceled; no permit is lost with them.
    [[nodiscard]] Awaiter acquire(Deadline deadline = {}) noexcept { return {*this, deadline}; }
    // A permit if there is one now; else one that is not valid().
    [[nodiscard]] Permit try_acquire() noexcept {
        if (available_ == 0) return {};
        --available_;
        return Permit(*this);
    }
    // Adds permits, first to those who wait.
    void add(std::size_t permits = 1) noexcept {
        for (; permits > 0; --permits) {
            spi::Operation* waiter = waiters_.pop();
            if (waiter == nullptr) break;
            ++woken_;
            static_cast<Awaiter*>(waiter)->wake();
        }
        available_ += permits;
    }
    // Permits that nobody holds. Not 0 only while nobody waits.
    [[nodiscard]] std::size_t available() const noexcept { return available_; }

private:
    spi::WaitList waiters_;
    std::size_t available_;
    std::size_t woken_ = 0;  // waiters that have a permit and have not gone on yet
};

}  // namespace pier
