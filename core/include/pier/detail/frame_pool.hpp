// Coroutine frames, recycled through free lists of the thread: a spawn costs a few instructions instead of an
// allocation.
#pragma once

#include <cstddef>

namespace pier::spi {

// A frame may be freed on another thread than it was allocated on (a Task handed over before it ran); it then joins
// that thread's lists. Frames beyond 4 KiB, and all frames under a sanitizer or where the build sets
// PIER_FRAMES_FROM_HEAP=1 for valgrind (so that it sees their misuse), come from operator new.
[[nodiscard]] void* allocate_frame(std::size_t size);
void free_frame(void* frame, std::size_t size) noexcept;

// Leaves this thread's free frames to the process, for the next thread that needs some. Called when a loop's run ends.
void hand_over_frames() noexcept;

}  // namespace pier::spi
