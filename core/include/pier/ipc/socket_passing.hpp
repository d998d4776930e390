// Passing a connected socket to another process, which goes on with it under any engine.
#pragma once

#include <pier/stream.hpp>
#include <pier/task.hpp>
#include <pier/time.hpp>

#include <cstdint>

namespace pier {

// The channel is a stream between the two processes that is used for nothing else: one side sends, the other receives.
// On POSIX it is a Unix-domain stream, whose messages carry the socket (unix(7), SCM_RIGHTS). On Windows it is any
// stream, since what goes over it are bytes that describe the socket to one process (WSADuplicateSocket). Who can write
// to a channel can make the receiver take any socket, so it should be trusted.
//
// The connection is one that no engine has: what Listener::accept_unattached() gave, or Stream::detach(). So nothing
// that was received of it can stay behind in this process. It ends here only when the receiver has said that it has it.

// Sends the connection. `receiver` is the number of the process at the other end; Windows has to know it, and asks the
// channel where it is 0, which a Unix-domain stream can tell. After success `connection` is empty. After an error it is
// still the caller's, who may serve it: the receiver has not taken it, or is gone. Only after timed_out,
// operation_canceled and protocol_error that is not known; then the channel is out of step and has to be closed. On
// Windows the connection is ended then (SD_BOTH), whoever has it: the other process has a handle of it from the sending
// on, which would keep its client waiting until that process ends. So also after another error close it there by
// Stream::finish() first, if the receiver may still run. Errors besides:
// connection_refused when the receiver could not take it (it has too many files open, say); end_of_stream,
// connection_reset and broken_pipe when the receiver is gone; not_supported for what the engine uv has accepted, for a
// channel that is no Unix-domain stream on POSIX, and on Windows for one that does not tell its peer;
// invalid_argument for an empty connection; what sys::describe_socket says.
[[nodiscard]] Task<Result<void>> send_connection(const Stream& channel, Accepted& connection,
                                                 std::uint64_t receiver = 0, Deadline deadline = {});

// The next connection, for Stream::adopt(). Errors: end_of_stream when the sender has closed the channel, or died, also
// in the middle of a message; protocol_error for what is no such message; not_a_socket, not_connected and
// too_many_files_open for what can't be taken, of which the sender is told, and the next one may be; timed_out and
// operation_canceled, before something has come.
[[nodiscard]] Task<Result<Accepted>> receive_connection(const Stream& channel, Deadline deadline = {});

}  // namespace pier
