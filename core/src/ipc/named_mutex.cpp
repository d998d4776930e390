#include <pier/ipc/named_mutex.hpp>

#include "ipc/waiting_thread.hpp"

#include <pier/detail/assert.hpp>
#include <pier/loop.hpp>
#include <pier/sync/event.hpp>
#include <pier/sys/clock.hpp>
#include <pier/sys/ipc/mutex.hpp>

namespace pier {

class NamedMutex::Thread : public spi::WaitingThread {
public:
    explicit Thread(sys::Mutex&& object) noexcept : WaitingThread(Hold::yes), mutex(std::move(object)) {}

    sys::Mutex mutex;  // NOLINT: NamedMutex is its only user

private:
    Result<sys::Waited> take(Time until, const sys::Interrupt& interrupt) noexcept override {
        return mutex.lock(until, &interrupt);
    }
    void give_back(sys::Waited) noexcept override { (void)mutex.unlock(); }
};

struct NamedMutex::Shared {
    explicit Shared(sys::Mutex&& object) : thread(std::make_shared<Thread>(std::move(object))), mutex(thread->mutex) {}
    Shared(const Shared&) = delete;
    ~Shared() {
        spi::require(!held, "a NamedMutex was destroyed while it was locked");
        thread->close();
    }

    // It has just been locked.
    Result<Lock> made(bool by_thread) noexcept {
        const sys::Guarded guarded = mutex.guarded().load(std::memory_order_relaxed);
        if (guarded == sys::Guarded::unusable) {
            unlock(by_thread);
            return fail(Errc::state_not_recoverable);
        }
        held = true;
        Lock lock;
        lock.of_ = this;
        lock.by_thread_ = by_thread;
        lock.owner_died_ = guarded == sys::Guarded::owner_died;
        return lock;
    }
    void unlock(bool by_thread) noexcept {
        if (by_thread) return thread->release();
        spi::require(mutex.unlock(),
                     "the lock of a NamedMutex was released on another thread than the one that took it");
    }

    std::shared_ptr<Thread> thread;
    sys::Mutex& mutex;
    bool held = false;  // the owner's, like what the mutex protects
};

void NamedMutex::Lock::give_back() noexcept {
    Shared& of = *std::exchange(of_, nullptr);
    if (owner_died_) of.mutex.guarded().store(consistent_ ? sys::Guarded::consistent : sys::Guarded::unusable);
    of.held = false;
    of.unlock(by_thread_);
}

NamedMutex::NamedMutex(std::unique_ptr<Shared> shared) noexcept : shared_(std::move(shared)) {}
NamedMutex::NamedMutex(NamedMutex&&) noexcept = default;
NamedMutex& NamedMutex::operator=(NamedMutex&&) noexcept = default;
NamedMutex::~NamedMutex() = default;

Result<NamedMutex> NamedMutex::create(const IpcName& name, IpcCreation creation) {
    auto object = sys::Mutex::create(name, creation);
    if (!object) return fail(object.error());
    return NamedMutex(std::make_unique<Shared>(std::move(*object)));
}

Result<NamedMutex> NamedMutex::open(const IpcName& name) {
    auto object = sys::Mutex::open(name);
    if (!object) return fail(object.error());
    return NamedMutex(std::make_unique<Shared>(std::move(*object)));
}

Result<void> NamedMutex::remove(const IpcName& name) { return sys::Mutex::remove(name); }

Task<Result<NamedMutex::Lock>> NamedMutex::lock(Deadline deadline) {
    Shared& shared = *shared_;
    const Deadline until = absolute(deadline);
    // Through the loop also when it is free: in a cancelled scope it is not taken, and others get their turn.
    Event now;
    now.set();
    auto mine = co_await now.wait();
    if (!mine) co_return fail(mine.error());
    if (!shared.thread->is_wanted()) {
        auto locked = try_lock();
        if (locked || locked.error() != Errc::operation_would_block) co_return locked;
    }
    auto taken = co_await spi::WaitingThread::wait(shared.thread, until);
    if (!taken) co_return fail(taken.error());
    co_return shared.made(true);
}

Result<NamedMutex::Lock> NamedMutex::lock_here(Deadline deadline) noexcept {
    // Without the clock where it is free, which it mostly is.
    auto locked = shared_->mutex.try_lock();
    const bool waits = locked && *locked == sys::Waited::nothing;
    if (waits) locked = shared_->mutex.lock(deadline.resolve(sys::now()), nullptr);
    if (!locked) return fail(locked.error());
    if (*locked == sys::Waited::nothing) return fail(Errc::timed_out);
    return shared_->made(false);
}

Result<NamedMutex::Lock> NamedMutex::try_lock() noexcept {
    auto locked = shared_->mutex.try_lock();
    if (!locked) return fail(locked.error());
    if (*locked == sys::Waited::nothing) return fail(Errc::operation_would_block);
    return shared_->made(false);
}

}  // namespace pier
