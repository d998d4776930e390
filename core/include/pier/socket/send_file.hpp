// Sending a part of a file by a stream, as far as possible without a copy: stream.send_file(file, {.offset = 4096}).
#pragma once

#include <pier/file.hpp>
#include <pier/stream.hpp>

#include <cstdint>
#include <limits>

namespace pier {

struct FileRange {
    static constexpr std::uint64_t to_the_end = std::numeric_limits<std::uint64_t>::max();

    std::uint64_t offset = 0;
    std::uint64_t size = to_the_end;  // bytes
};

// Why send_file() has failed. Where an Error is expected, it is one.
struct IncompleteSend : Error {
    std::uint64_t sent =
        0;  // bytes that have gone to the system; more may have where a cancel on Windows was the reason
};

// Task<std::expected<std::uint64_t, IncompleteSend>> Stream::send_file(file, range, deadline)
//
// Sends the range in order, as send_all() of its bytes would: how many bytes were sent. They are fewer than the range
// has only where the file ends before it does; a file that shrinks meanwhile ends there, and one that grows is sent up
// to the range. What is sent is the file's content at the time when the system takes it. The stream must live until
// the task has ended; the file may be closed meanwhile. Both are of the loop that runs it. The deadline counts for the
// whole. At most one send of a stream is under way at a time: a second one of any kind ends with already_in_progress,
// but where the file is read first (below) and the other comes while it is: that one would go between two pieces of the
// file.
//
// sendfile(2) on POSIX; TransmitFile on the engines overlapped-event, overlapped-apc and iocp of Windows' servers (its
// client editions run two at a time of all programs; PIER_TRANSMIT_FILE=1 in the environment has them all the same);
// elsewhere (uv, and those of Windows that wait for readiness) it is read on a worker thread, 256 KiB at a time, and
// sent. sendfile reads in the loop's thread what is not in the system's cache yet.
//
// Errors: those of send_all() and File::read_at(). When it ends early with some of it sent, the peer can't know where
// the rest is missing: every later send fails with broken_pipe, as after a cancelled send_all().

}  // namespace pier
