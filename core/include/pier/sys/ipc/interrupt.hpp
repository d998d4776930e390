// Ending a blocking wait for an object from another thread.
// Resolved by the linker: exactly one backend defines it. Any thread may call it unless it says otherwise, and it
// doesn't block unless it says so. Errors are Pier's conditions with the system's number.
#pragma once

#include <pier/process/system_handle.hpp>
#include <pier/result.hpp>

#include <utility>

namespace pier::sys {

// On Windows an event that is waited for beside the object. POSIX has nothing of the kind: sem_wait(3) and
// pthread_mutex_lock(3) end with the object, with the time that they are given, or never.
class Interrupt {
public:
    // Errors: too_many_files_open, not_enough_memory.
    [[nodiscard]] static Result<Interrupt> make();
    // False: set() does nothing, and who waits looks up from time to time.
    [[nodiscard]] static bool possible() noexcept;

    void set() noexcept;
    void reset() noexcept;
    [[nodiscard]] const SystemHandle& handle() const noexcept { return event_; }

private:
    explicit Interrupt(SystemHandle event) noexcept : event_(std::move(event)) {}

    SystemHandle event_;
};

}  // namespace pier::sys
