// Connecting from an address or a port of one's choice.
#pragma once

#include <pier/stream.hpp>

namespace pier {

namespace spi {

class ConnectFromAwaiter : public Awaiter<AddressedOperation> {
public:
    ConnectFromAwaiter(Deadline limit, const Endpoint& local, const Endpoint& to) noexcept
        : Awaiter(limit, Verb::connect), local_(local) {
        endpoint = to;
    }
    ConnectFromAwaiter(const ConnectFromAwaiter&) = delete;
    ~ConnectFromAwaiter() {
        if (descriptor != nullptr) context->loop->close(*descriptor);
    }
    template <std::derived_from<PromiseBase> P>
    bool await_suspend(std::coroutine_handle<P> handle) {
        Loop& loop = enter(handle);
        const Deadline limit = take_deadline();
        const Error failure = open(loop);
        return is_parked(failure ? loop.end_at_once(*this, failure) : loop.start(*this, limit));
    }
    Result<Stream> await_resume() noexcept {
        if (error.condition != Errc::ok) return std::unexpected(error);
        return Stream(*context->loop, *std::exchange(descriptor, nullptr));
    }

private:
    [[nodiscard]] Error open(Loop& loop) noexcept;
    Endpoint local_;
};

}  // namespace spi

// As Stream::connect(), with this end bound to `local` first: its address, its port, or both; port 0 takes a free one,
// and an unspecified address leaves that to the system. TCP alone. Errors besides: address_in_use, also when a
// connection between the same two ends has just been closed (RFC 9293, TIME-WAIT); address_not_available,
// permission_denied; invalid_argument for addresses of two families, or of Unix-domain sockets.
[[nodiscard]] inline spi::ConnectFromAwaiter connect_from(const Endpoint& local, const Endpoint& to,
                                                          Deadline deadline = {}) noexcept {
    return spi::ConnectFromAwaiter(deadline, local, to);
}

}  // namespace pier
