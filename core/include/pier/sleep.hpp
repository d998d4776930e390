// Waiting for time to pass.
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

}  // namespace pier
