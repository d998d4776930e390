// Mutual exclusion of tasks across their suspensions.
#pragma once

#include <pier/sync/semaphore.hpp>

namespace pier {

// Only for what spans a co_await: between two of them no other task of the loop runs anyway. First come, first served.
// Not recursive. Confined to one loop's thread; it does not protect anything against other threads.
class Mutex {
public:
    Mutex() noexcept : one_(1) {}

    // Unlocks when it goes, or by release().
    using Lock = Semaphore::Permit;

    // Errors: timed_out, operation_canceled.
    [[nodiscard]] Semaphore::Awaiter lock(Deadline deadline = {}) noexcept { return one_.acquire(deadline); }
    // The lock if it is free now; else one that is not valid().
    [[nodiscard]] Lock try_lock() noexcept { return one_.try_acquire(); }
    [[nodiscard]] bool locked() const noexcept { return one_.available() == 0; }

private:
    Semaphore one_;
};

}  // namespace pier
