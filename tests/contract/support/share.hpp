// How much of the loop somebody takes who always has work.
#pragma once

#include <algorithm>

namespace contract {

// The design's inline budget is 16 operations a delivery, after the one that is delivered. Between two ticks, one a
// turn, lie a task's delivery in one turn and its retry in the next.
constexpr int operations_between_ticks = 2 * (1 + 16);

// And at most 256 KiB, which the last operation may exceed by its own size: that of a lent chunk, 64 KiB.
constexpr int bytes_between_ticks = 2 * (64 + 256 + 64) * 1024;

// Counts what happens between the ticks of something that happens once a turn.
struct Share {
    int since = 0;
    int most = 0;
    int ticks = 0;
    void add(int count = 1) { since += count; }
    void tick() {
        most = std::max(most, since);
        since = 0;
        ++ticks;
    }
};

}  // namespace contract
