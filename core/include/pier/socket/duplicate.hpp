// A second stream of the same connection: for a part of a program that is to have the connection for itself, for as
// long as it likes.
#pragma once

#include <pier/result.hpp>
#include <pier/stream.hpp>

namespace pier {

// The copy belongs to the loop of the original, and is a Stream like any other (dup(2); WSADuplicateSocket).
//
// The connection ends when the last of its copies is closed: until then the peer reads no end. finish() and
// stop_receiving() end the direction for all copies, and so do options hold for all. abort() resets when the last copy
// is closed. Bytes that come in go to whichever copy receives first, each of them to one; a reset may be told to one
// copy alone, and be the end of the stream to the others. So let one copy receive, and one at a time send.
//
// On the thread of the stream's loop, while no operation of it is under way. Errors, after which the stream is as it
// was: not_connected; already_in_progress; receive_cut_short and broken_pipe after a transfer that was ended half-way;
// connection_reset; input_waiting on io_uring, which may have received something that nobody has taken yet;
// too_many_files_open. not_supported on Windows by the engines iocp, uv and wsa-event, whose notices belong to the
// socket and not to a handle of it. From here on io_uring asks for each receive of both, instead of once for many;
// after an error perhaps, too.
[[nodiscard]] Result<Stream> duplicate(const Stream& stream);

}  // namespace pier
