// A listening TCP socket.
#pragma once

#include <pier/spi/awaiter.hpp>
#include <pier/spi/sys.hpp>
#include <pier/stream.hpp>

namespace pier {

struct ListenerOptions {
    int backlog = 4096;       // pending connections; the system clamps it
    bool share_port = false;  // several listeners, one per loop, on one port (SO_REUSEPORT); not_supported on Windows
    bool dual_stack = false;  // a listener on [::] takes IPv4 too; never by default, on no system
    bool client_speaks_first = false;  // accept only when data has come (Linux), and try the first receive at once
};

namespace spi {

class AcceptAwaiterBase : public Awaiter<AcceptOperation> {
public:
    AcceptAwaiterBase(Deadline limit, Descriptor* d) noexcept : Awaiter(limit, d) {}
};

// Gives the connection unattached, for another loop.
class AcceptUnattachedAwaiter : public AcceptAwaiterBase {
public:
    using AcceptAwaiterBase::AcceptAwaiterBase;
    Result<Accepted> await_resume() noexcept {
        if (error.condition != Errc::ok) return std::unexpected(error);
        return std::move(accepted);
    }
};

class AcceptAwaiter : public AcceptAwaiterBase {
public:
    AcceptAwaiter(Deadline limit, Descriptor* d, bool client_speaks_first) noexcept
        : AcceptAwaiterBase(limit, d), client_speaks_first_(client_speaks_first) {}
    Result<Stream> await_resume();

private:
    bool client_speaks_first_;
};

}  // namespace spi

// Move-only; confined to its loop's thread. Several accepts may wait; they are served in order.
class Listener {
public:
    // Binds and listens on the loop that runs here. Port 0 takes a free one: see local(). On every system a port of a
    // live listener is refused with address_in_use, and one whose server has just ended is not. IPv4 in IPv6 form is
    // refused with mapped_address, unless it is dual_stack.
    [[nodiscard]] static Result<Listener> open(const Endpoint& endpoint, ListenerOptions options = {});

    Listener() = default;
    Listener(Listener&& other) noexcept
        : loop_(std::exchange(other.loop_, nullptr)),
          descriptor_(std::exchange(other.descriptor_, nullptr)),
          local_(other.local_),
          client_speaks_first_(other.client_speaks_first_) {}
    Listener& operator=(Listener&& other) noexcept {
        std::swap(loop_, other.loop_);
        std::swap(descriptor_, other.descriptor_);
        std::swap(local_, other.local_);
        std::swap(client_speaks_first_, other.client_speaks_first_);
        return *this;
    }
    ~Listener() { close(); }

    // The next connection. One that died in the queue is skipped. Errors: too_many_files_open, no_buffer_space and
    // not_enough_memory, after which accept again a little later; operation_canceled, timed_out.
    [[nodiscard]] spi::AcceptAwaiter accept(Deadline deadline = {}) const noexcept {
        return {deadline, descriptor_, client_speaks_first_};
    }
    // The same, not yet attached: post it to another loop, which calls Stream::adopt.
    [[nodiscard]] spi::AcceptUnattachedAwaiter accept_unattached(Deadline deadline = {}) const noexcept {
        return {deadline, descriptor_};
    }

    // Ends pending accepts as operation_canceled; connections nobody accepted are reset.
    void close() noexcept;
    [[nodiscard]] const Endpoint& local() const noexcept { return local_; }
    [[nodiscard]] bool valid() const noexcept { return descriptor_ != nullptr; }

private:
    Loop* loop_ = nullptr;
    spi::Descriptor* descriptor_ = nullptr;
    Endpoint local_;
    bool client_speaks_first_ = false;
};

}  // namespace pier
