// Waiting without a transfer.
#pragma once

#include <pier/spi/awaiter.hpp>

namespace pier::spi {

class WaitAwaiter : public Awaiter<Operation> {
public:
    WaitAwaiter(Deadline limit, Descriptor* d, bool writable) noexcept : Awaiter(limit, Verb::wait, d) {
        if (writable) set(waits_writable);
    }
    Result<void> await_resume() const noexcept {
        if (error.condition != Errc::ok) return std::unexpected(error);
        return {};
    }
};

}  // namespace pier::spi
