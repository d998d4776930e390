// One maker of named objects at a time.
#pragma once

#include "engine/owned_handle.hpp"

#include <pier/result.hpp>

#include <utility>

namespace pier::win32 {

// While it lives, no other process or thread of this session makes or opens an object that takes several steps to make,
// or that consists of two. It is a named mutex, which the system takes away from a process that dies. On the thread
// that took it.
class NamesLock {
public:
    // BLOCKS. Errors: what the system says.
    [[nodiscard]] static Result<NamesLock> take();
    NamesLock(NamesLock&&) = default;
    ~NamesLock() {
        if (mutex_) (void)::ReleaseMutex(mutex_.get());
    }

private:
    explicit NamesLock(OwnedHandle mutex) noexcept : mutex_(std::move(mutex)) {}

    OwnedHandle mutex_;
};

}  // namespace pier::win32
