// Waiting for a socket that somebody else owns and uses: the way to live with a library that makes its own calls.
#pragma once

#include <pier/detail/handle.hpp>
#include <pier/detail/wait_awaiter.hpp>

namespace pier {

using spi::NativeSocket;

// Move-only; confined to the thread of the loop that it was made on. The socket stays its owner's: it is never read,
// written or closed here, and its mode is left alone but on the engine uv, which makes it non-blocking.
//
// The socket must stay open while a wait is under way. Between waits the system watches nothing of it, so that its
// owner may close it at any time; then this can only be closed. A socket that is closed under a wait harms only that
// wait. select, poll, blocking and the engines of Windows end it as not_a_socket. epoll, io_uring and uv do not notice;
// they end it only when this loop gets a socket of its own with the same number. So give the wait a deadline. (Libuv
// ends the process when the socket is closed before the loop has turned once since the wait began.)
//
// At most one Watch of a loop for a socket, from open() until it is closed and its waits have ended. Several tasks may
// wait by it.
//
// "Ready" is a hint: the call that follows may still say that it would block; then wait again.
class Watch : public spi::Handle {
public:
    // On the loop that runs here. Errors: invalid_argument for no_socket and other negative numbers;
    // already_in_progress while this loop has another Watch for the socket; not_supported for a socket of a kind that
    // the engine can't watch, and not_a_socket, on engines that look at once (elsewhere the first wait says it);
    // too_many_files_open, not_enough_memory.
    [[nodiscard]] static Result<Watch> open(NativeSocket socket);

    Watch() = default;

    // There is something to read or to accept, the peer has ended, or the connection is lost: the owner's next call
    // tells. Several may wait; they are served in order. Errors: timed_out (the deadline), operation_canceled;
    // not_a_socket and the like when it was closed too early.
    [[nodiscard]] spi::WaitAwaiter readable(Deadline deadline = {}) const noexcept { return {deadline, *this, false}; }
    // There is room to send, a connect has succeeded or failed, or the connection is lost.
    [[nodiscard]] spi::WaitAwaiter writable(Deadline deadline = {}) const noexcept { return {deadline, *this, true}; }

private:
    Watch(Loop& loop, spi::Descriptor& descriptor) noexcept : Handle(loop, descriptor) {}
};

}  // namespace pier
