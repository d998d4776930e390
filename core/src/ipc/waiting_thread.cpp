#include "ipc/waiting_thread.hpp"

#include <pier/detail/assert.hpp>
#include <pier/sync/event.hpp>
#include <pier/sys/clock.hpp>

#include <system_error>
#include <utility>

namespace pier::spi {
namespace {

// How long a thread that can't be woken waits for an object that nobody wants any more.
constexpr Duration longest_unwanted = std::chrono::seconds(10);

}  // namespace

// Lives in the frame of the task.
struct WaitingThread::Waiter {
    Notifier& told;
    std::optional<Result<sys::Waited>> result = {};
    Waiter* before = nullptr;
    Waiter* after = nullptr;
    bool linked = false;
};

// In the queue, whatever ends the wait.
class WaitingThread::Place {
public:
    Place(WaitingThread& thread, Waiter& waiter) noexcept : thread_(thread), waiter_(waiter) {}
    Place(const Place&) = delete;
    ~Place() { thread_.leave(waiter_); }

private:
    WaitingThread& thread_;
    Waiter& waiter_;
};

Task<Result<sys::Waited>> WaitingThread::wait(std::shared_ptr<WaitingThread> thread, Deadline deadline) {
    Event came;
    Notifier notifier(this_loop(), [&came](std::size_t) noexcept { came.set(); });
    Waiter waiter{notifier};
    Place place(*thread, waiter);
    if (auto entered = thread->enter(waiter); !entered) co_return fail(entered.error());
    auto waited = co_await came.wait(deadline);
    thread->leave(waiter);
    // What was handed over first counts, also where the deadline or a cancel has ended the wait.
    if (waiter.result) co_return *waiter.result;
    co_return fail(waited ? Error{Errc::unexpected, 0} : waited.error());
}

bool WaitingThread::is_wanted() noexcept {
    std::lock_guard lock(mutex_);
    return first_ != nullptr;
}

Result<void> WaitingThread::enter(Waiter& waiter) {
    std::lock_guard lock(mutex_);
    if (!thread_.joinable()) {
        if (auto started = start(); !started) return started;
    }
    waiter.before = last_;
    (last_ != nullptr ? last_->after : first_) = &waiter;
    last_ = &waiter;
    waiter.linked = true;
    changed_.notify_one();
    return {};
}

// Afterwards nobody is inside of its notifier.
void WaitingThread::leave(Waiter& waiter) noexcept {
    std::lock_guard lock(mutex_);
    if (!waiter.linked) return;
    unlink(waiter);
    if (first_ == nullptr && takes_) interrupt_->set();
}

void WaitingThread::unlink(Waiter& waiter) noexcept {
    (waiter.before != nullptr ? waiter.before->after : first_) = waiter.after;
    (waiter.after != nullptr ? waiter.after->before : last_) = waiter.before;
    waiter.linked = false;
}

Result<void> WaitingThread::start() {
    if (!interrupt_) {
        auto interrupt = sys::Interrupt::make();
        if (!interrupt) return fail(interrupt.error());
        interrupt_.emplace(std::move(*interrupt));
    }
    try {
        thread_ = std::thread([self = shared_from_this()] { self->run(); });
    } catch (const std::system_error& failure) {
        return fail(Errc::too_many_processes, failure.code().value());
    }
    return {};
}

void WaitingThread::run() noexcept {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return closed_ || first_ != nullptr; });
        if (closed_) return;
        attend(lock);
    }
}

// Takes once. The lock is not held meanwhile.
void WaitingThread::attend(std::unique_lock<std::mutex>& lock) noexcept {
    takes_ = true;
    interrupt_->reset();
    lock.unlock();
    const Time until = sys::Interrupt::possible() ? never : sys::now() + longest_unwanted;
    const Result<sys::Waited> taken = take(until, *interrupt_);
    lock.lock();
    takes_ = false;
    if (taken && *taken == sys::Waited::nothing) return;
    if (first_ != nullptr) {
        held_ = holds_ && taken;
        hand_over(*first_, taken);
        if (!held_) return;
        changed_.wait(lock, [this] { return !held_; });
    }
    if (!taken) return;  // nobody is there to be told
    lock.unlock();
    give_back(*taken);
    lock.lock();
}

void WaitingThread::hand_over(Waiter& waiter, const Result<sys::Waited>& taken) noexcept {
    unlink(waiter);
    waiter.result = taken;
    waiter.told.notify();
}

void WaitingThread::release() noexcept {
    std::lock_guard lock(mutex_);
    held_ = false;
    changed_.notify_one();
}

void WaitingThread::close() noexcept {
    bool inside = false;
    {
        std::lock_guard lock(mutex_);
        require(first_ == nullptr && !held_, "a named object was destroyed while tasks wait for it or hold it");
        closed_ = true;
        inside = takes_;
        if (inside) interrupt_->set();
        changed_.notify_one();
    }
    if (!thread_.joinable()) return;
    if (inside && !sys::Interrupt::possible()) {
        thread_.detach();  // it ends within `longest_unwanted`, and this with it
    } else {
        thread_.join();
    }
}

}  // namespace pier::spi
