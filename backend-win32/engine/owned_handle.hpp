// The owner of a handle of the kernel.
#pragma once

#include "socket/winsock.hpp"

#include <utility>

namespace pier::win32 {

// Move-only; closes what it holds. Null holds nothing, and so does INVALID_HANDLE_VALUE, which some calls fail with.
class OwnedHandle {
public:
    OwnedHandle() = default;
    explicit OwnedHandle(HANDLE handle) noexcept : handle_(handle == INVALID_HANDLE_VALUE ? nullptr : handle) {}
    OwnedHandle(OwnedHandle&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    OwnedHandle& operator=(OwnedHandle&& other) noexcept {
        std::swap(handle_, other.handle_);
        return *this;
    }
    ~OwnedHandle() {
        if (handle_ != nullptr) ::CloseHandle(handle_);
    }
    [[nodiscard]] HANDLE get() const noexcept { return handle_; }
    explicit operator bool() const noexcept { return handle_ != nullptr; }

private:
    HANDLE handle_ = nullptr;
};

// An event that stays set until it is reset. Empty with GetLastError().
[[nodiscard]] inline OwnedHandle make_event() noexcept {
    return OwnedHandle(::CreateEventW(nullptr, TRUE, FALSE, nullptr));
}

}  // namespace pier::win32
