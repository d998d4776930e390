// The end of a child process as a signal.
#pragma once

#include "engine/owned_handle.hpp"

#include <pier/result.hpp>

#include <atomic>
#include <memory>

namespace pier::win32 {

// Tells who listens to Signal::child_ended of one process's end. It lives as long as that process.
class EndWatch {
public:
    // Before there is a process. Null where nobody listens. Throws std::bad_alloc.
    [[nodiscard]] static std::unique_ptr<EndWatch> prepare();

    // From now on, by a thread of the system's pool. Errors: not_enough_memory, no_buffer_space.
    [[nodiscard]] static Result<void> start(std::unique_ptr<EndWatch> watch, HANDLE process) noexcept;

private:
    static void CALLBACK ended(void* self, BOOLEAN) noexcept;
    // By who has told and by who has begun the wait; the second one ends it.
    void part() noexcept;

    OwnedHandle process_;
    HANDLE wait_ = nullptr;
    std::atomic<int> parties_{2};
};

}  // namespace pier::win32
