// Waiting for time to pass, and letting others go first.
#pragma once

#include <pier/detail/awaiter.hpp>

namespace pier {

class SleepAwaiter : public spi::Awaiter<spi::Operation> {
public:
    explicit SleepAwaiter(Deadline limit) noexcept : Awaiter(limit, spi::Verb::none) {}
};

// `co_await sleep(after(10ms))`. Never early. Without a deadline: until the scope is cancelled.
// Errors: operation_canceled.
[[nodiscard]] inline SleepAwaiter sleep(Deadline deadline) noexcept { return SleepAwaiter(deadline); }

class YieldAwaiter : public spi::Awaiter<spi::Operation> {
public:
    YieldAwaiter() noexcept : Awaiter({}, spi::Verb::none) {}
    template <std::derived_from<spi::PromiseBase> P>
    bool await_suspend(std::coroutine_handle<P> handle) {
        Loop& loop = enter(handle);
        const bool suspended = is_parked(loop.start(*this, take_deadline()));
        if (stage == spi::Stage::in_flight) loop.end(*this);
        return suspended;
    }
};

// `co_await yield()`: everybody else who can go on does so first, and the engine is asked once: for long computations
// between operations. Errors: operation_canceled.
[[nodiscard]] inline YieldAwaiter yield() noexcept { return {}; }

}  // namespace pier
