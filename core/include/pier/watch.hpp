// Waiting for a socket that somebody else owns and uses: the way to live with a library that makes its own calls.
#pragma once

#include <pier/spi/wait_awaiter.hpp>

#include <utility>

namespace pier {

using spi::NativeSocket;

// Move-only; confined to the thread of the loop that it was made on. The socket stays its owner's: it is never read,
// written or closed here, and its mode is left alone but on the engine uv, which makes it non-blocking. It must stay
// open until this is closed and every wait has ended. At most one Watch for a socket at a time.
//
// "Ready" is a hint: the call that follows may still say that it would block; then wait again.
class Watch {
public:
    // On the loop that runs here. Errors: not_supported for a socket of a kind that the engine can't watch,
    // too_many_files_open, not_enough_memory.
    [[nodiscard]] static Result<Watch> open(NativeSocket socket);

    Watch() = default;
    Watch(Watch&& other) noexcept
        : loop_(std::exchange(other.loop_, nullptr)), descriptor_(std::exchange(other.descriptor_, nullptr)) {}
    Watch& operator=(Watch&& other) noexcept {
        std::swap(loop_, other.loop_);
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }
    ~Watch() { close(); }

    // There is something to read or to accept, the peer has ended, or the connection is lost: the owner's next call
    // tells. Several may wait; they are served in order. Errors: timed_out (the deadline), operation_canceled;
    // already_in_progress with a second Watch for the socket; not_a_socket and the like when it was closed too early.
    [[nodiscard]] spi::WaitAwaiter readable(Deadline deadline = {}) const noexcept {
        return {deadline, descriptor_, false};
    }
    // There is room to send, a connect has succeeded or failed, or the connection is lost.
    [[nodiscard]] spi::WaitAwaiter writable(Deadline deadline = {}) const noexcept {
        return {deadline, descriptor_, true};
    }

    // Ends waits that are under way as operation_canceled.
    void close() noexcept;
    [[nodiscard]] bool valid() const noexcept { return descriptor_ != nullptr; }

private:
    Loop* loop_ = nullptr;
    spi::Descriptor* descriptor_ = nullptr;
};

}  // namespace pier
