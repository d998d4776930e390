// Waiting without a transfer.
#pragma once

#include <pier/detail/awaiter.hpp>

namespace pier::spi {

class WaitAwaiter : public SocketAwaiter<Operation> {
public:
    WaitAwaiter(Deadline limit, const Handle& on, bool writable) noexcept : SocketAwaiter(limit, Verb::wait, on) {
        if (writable) set(waits_writable);
    }
    Result<void> await_resume() const noexcept {
        if (error.condition != Errc::ok) return std::unexpected(error);
        return {};
    }
};

}  // namespace pier::spi
