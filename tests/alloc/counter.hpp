// Counts what the whole process takes from operator new, on all threads.
#pragma once

#include <cstdint>

namespace alloc {

// False under the thread sanitizer, whose own operators can't be replaced when Clang links it.
[[nodiscard]] bool counts() noexcept;

// Allocations so far.
[[nodiscard]] std::uint64_t allocations() noexcept;

// The nth allocation from now on fails, whichever thread makes it; 0: none does.
void refuse(std::uint64_t nth) noexcept;

// Whether the one that refuse() named has come.
[[nodiscard]] bool refused() noexcept;

// Bytes' worth of chunks (64 KiB each, see chunk_pool.hpp) that are allocated at present.
[[nodiscard]] std::int64_t live_chunks() noexcept;

// Calls every form of operator new and delete. False when one of them is not counted, or doesn't give what it should:
// then this program would find nothing.
[[nodiscard]] bool every_form_is_counted();

}  // namespace alloc
