// Waiting for time to pass.
#pragma once

#include <pier/detail/awaiter.hpp>

namespace pier {

class SleepAwaiter : public spi::Awaiter<spi::Operation> {
public:
    explicit SleepAwaiter(Deadline limit) noexcept : Awaiter(limit, spi::Verb::none) {}
    // Errors: operation_canceled.
    Result<void> await_resume() noexcept {
        if (error.condition != Errc::ok) return std::unexpected(error);
        return {};
    }
};

// `co_await sleep(after(10ms))`. Never early. Without a deadline: until the scope is cancelled.
[[nodiscard]] inline SleepAwaiter sleep(Deadline deadline) noexcept { return SleepAwaiter(deadline); }

}  // namespace pier
