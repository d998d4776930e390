// Ending the receiving direction of a stream alone. A header of its own, since few programs want it: who has read
// enough closes, or reads to the end.
#pragma once

#include <pier/result.hpp>
#include <pier/stream.hpp>

namespace pier {

// From now on every receive gives the end of the stream at once, whatever has come and whatever comes: what was not
// received yet is lost. Sending is not concerned. On the thread of the stream's loop. Idempotent. Errors:
// not_connected; already_in_progress while a receive is under way, which a scope or a deadline ends first; what the
// system says.
//
// The peer is not told: TCP has no such message. What becomes of bytes that it sends is the system's matter
// (shutdown(2), SHUT_RD; SD_RECEIVE). Linux takes them as before, until its buffer is full and the peer's sends wait;
// it would give them to a receive, which Pier does not ask for any more. Windows' documents let the connection be reset
// by what waits or comes later, and Windows drops it at times. So tell the peer by the protocol, and use this only
// where nothing follows.
// A Unix-domain peer's sends end as broken_pipe on Linux.
[[nodiscard]] Result<void> stop_receiving(const Stream& stream);

}  // namespace pier
