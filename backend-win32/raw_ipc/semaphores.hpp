// Semaphores with names, made by the first process and opened by the second one.
#pragma once

#include "engine/owned_handle.hpp"
#include "raw_ipc/raw.hpp"

#include <climits>

namespace pier::win32 {

class RawSemaphore {
public:
    RawSemaphore() = default;
    // With the count of `create`, or -1 to open one that is there. Not valid with GetLastError().
    RawSemaphore(const std::wstring& name, int create) noexcept
        : handle_(create < 0 ? ::OpenSemaphoreW(SEMAPHORE_MODIFY_STATE | SYNCHRONIZE, FALSE, name.c_str())
                             : ::CreateSemaphoreW(nullptr, create, LONG_MAX, name.c_str())) {}
    [[nodiscard]] bool valid() const noexcept { return static_cast<bool>(handle_); }

    [[nodiscard]] Result<void> post() noexcept {
        if (!::ReleaseSemaphore(handle_.get(), 1, nullptr)) return raw_failure();
        return {};
    }
    [[nodiscard]] Result<void> wait() noexcept {
        const DWORD result = ::WaitForSingleObject(handle_.get(), raw_patience);
        if (result == WAIT_OBJECT_0) return {};
        if (result == WAIT_TIMEOUT) return fail(Errc::timed_out);
        return raw_failure();
    }

private:
    OwnedHandle handle_;
};

}  // namespace pier::win32
