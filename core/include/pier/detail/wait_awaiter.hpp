// Waiting without a transfer.
#pragma once

#include <pier/detail/awaiter.hpp>

namespace pier::spi {

class WaitAwaiter : public SocketAwaiter<Operation> {
public:
    WaitAwaiter(Deadline limit, const Handle& on, bool writable) noexcept : SocketAwaiter(limit, Verb::wait, on) {
        if (writable) set(waits_writable);
    }
};

}  // namespace pier::spi
