// Overlapped reads and writes of pipes: the pipes' part of overlapped_ops.
#pragma once

#include "engine/overlapped/overlapped_ops.hpp"

namespace pier::win32 {

// Makes the call of a receive or a send on a pipe: 0, or the code of its failure; ERROR_IO_PENDING is one. A receive on
// a named pipe that nobody has opened yet waits for that first (OverlappedLane::connects).
[[nodiscard]] DWORD issue_pipe(spi::Operation& op, OverlappedLane& record, const Means& means) noexcept;

// What the end of that call means.
[[nodiscard]] Outcome meaning_of_pipe(spi::Operation& op, OverlappedLane& record, DWORD code,
                                      DWORD transferred) noexcept;

}  // namespace pier::win32
