// One try of a pipe's receive or send.
#include "process/error.hpp"
#include "process/pipe_transfer.hpp"
#include "socket/address.hpp"

#include <pier/spi/descriptor.hpp>
#include <pier/sys/attempt.hpp>

#include <cerrno>

namespace pier::sys {

Attempt attempt_pipe(spi::Operation& op) noexcept {
    const int pipe = posix::descriptor_of(op.descriptor->socket);
    const bool sends = op.verb == spi::Verb::send;
    const ssize_t count =
        sends ? posix::write_some(pipe, op.buffer, op.length) : posix::read_some(pipe, op.buffer, op.length);
    op.transferred = 0;
    if (count >= 0) [[likely]] {
        op.error = {};
        op.transferred = static_cast<std::uint32_t>(count);
    } else if (errno == EAGAIN) {
        return Attempt::would_block;
    } else {
        // Like a stream whose peer is gone.
        op.error = errno == EPIPE ? Error{Errc::connection_reset, EPIPE} : posix::last_error();
    }
    return Attempt::done;
}

}  // namespace pier::sys
