// Waiting for an object of the kernel that can be interrupted.
#pragma once

#include "engine/timeout.hpp"
#include "process/error.hpp"

#include <pier/process/system_handle.hpp>
#include <pier/sys/ipc/interrupt.hpp>
#include <pier/sys/ipc/semaphore.hpp>

namespace pier::win32 {

[[nodiscard]] inline HANDLE raw(const SystemHandle& handle) noexcept {
    return reinterpret_cast<HANDLE>(static_cast<std::uintptr_t>(handle.get()));
}

// BLOCKS. WaitForMultipleObjects changes the state of the object that ended the wait, and of no other; of two it is the
// first in the list. So the object comes first, and nothing is taken when the interrupt has ended the wait.
[[nodiscard]] inline Result<sys::Waited> wait_object(HANDLE object, Time until,
                                                     const sys::Interrupt* interrupt) noexcept {
    const HANDLE both[] = {object, interrupt != nullptr ? raw(interrupt->handle()) : nullptr};
    const DWORD count = interrupt != nullptr ? 2 : 1;
    for (;;) {
        const DWORD answer = ::WaitForMultipleObjects(count, both, FALSE, milliseconds_until(until));
        if (answer == WAIT_OBJECT_0) return sys::Waited::taken;
        if (answer == WAIT_ABANDONED_0) return sys::Waited::owner_died;
        if (answer == WAIT_OBJECT_0 + 1) return sys::Waited::nothing;
        if (answer != WAIT_TIMEOUT) return fail(translate(::GetLastError()));
        if (until != never && sys::now() >= until) return sys::Waited::nothing;
    }
}

}  // namespace pier::win32
