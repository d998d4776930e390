// One try of an operation on a non-blocking socket.
// Resolved by the linker: exactly one backend defines it. Any thread may call it unless it says otherwise, and it
// doesn't block unless it says so. Errors are Pier's conditions with the system's number.
#pragma once

#include <pier/spi/operation.hpp>

namespace pier::sys {

enum class Attempt : bool { would_block, done };

// Tries accept, receive, send, receive_from, send_to or wait once, and never blocks. `done`: op.error and
// op.transferred say how it ended (a received 0 is the end of the stream); the stage is left alone. accept fills
// AcceptOperation::accepted, with the peer; connections that died in the queue are skipped, up to as many as no queue
// holds (then connection_aborted). receive_from fills the
// endpoint and Flag::truncated. A signal's EINTR is retried inside. Buffers as described at Operation; an empty buffer
// is the caller's matter.
[[nodiscard]] Attempt attempt(spi::Operation& op) noexcept;
// Whether it takes Verb::send_file, too: whether this system sends files by calls that never block.
[[nodiscard]] bool sends_files() noexcept;
// The same for a receive or a send with one buffer: what a server does all day pays for no choice.
[[nodiscard]] Attempt attempt_receive(spi::Operation& op) noexcept;
[[nodiscard]] Attempt attempt_send(spi::Operation& op) noexcept;

// The same for a receive or a send of one buffer on an end of a pipe. That nobody reads it any more is
// connection_reset. On Windows, whose pipes have no readiness, it always would block.
[[nodiscard]] Attempt attempt_pipe(spi::Operation& op) noexcept;

// Begins op.endpoint's connect; `would_block` is the normal case: wait for room to send, then ask connect_result. The
// address is a specific one: the loop has resolved an unspecified one by Endpoint::reached(). An
// incomplete one (port 0) is invalid_argument. A Unix-domain socket never blocks here: a listener whose backlog is full
// is connection_refused.
[[nodiscard]] Attempt connect_start(spi::AddressedOperation& op) noexcept;
[[nodiscard]] Attempt connect_result(spi::AddressedOperation& op) noexcept;

}  // namespace pier::sys
