// Buffers that receives hold while they wait. A receive without one needs two calls for a message, one that says that
// there is data and one that takes it; with one it needs the first only. The system locks the memory meanwhile, so only
// a few connections get one. It stays with them until there is data: to take it back would mean to cancel a receive,
// and what a socket does after that is not defined ("Overlapped I/O and Event Objects").
#pragma once

#include "socket/winsock.hpp"

#include <cstddef>
#include <cstdint>

namespace pier::win32 {

struct OverlappedLane;

// How long a connection let its last lent receive wait. Who is slow would only keep a place from others.
enum class Pace : std::uint8_t { unknown, quick, slow };

// The places of those that have one. One thread: the engine's.
class LentAhead {
public:
    enum class Place : bool { none, taken };

    // A lent receive begins. With a place, which it has until it ends, it may hold a buffer.
    [[nodiscard]] Place begin(OverlappedLane& record) noexcept;
    // It got no buffer after all.
    void leave(OverlappedLane& record) noexcept;
    // It has ended.
    void end(OverlappedLane& record) noexcept;

private:
    std::size_t count_ = 0;
};

}  // namespace pier::win32
