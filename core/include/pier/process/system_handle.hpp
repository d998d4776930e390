// What the system opened for this process: files, pipes and their like.
#pragma once

#include <cstdint>
#include <utility>

namespace pier {

// A file descriptor on POSIX, a HANDLE on Windows. Its number is what a child process is told of a handle that it
// inherits.
enum class NativeHandle : std::uintptr_t {};
inline constexpr NativeHandle no_handle{~std::uintptr_t{0}};  // -1; INVALID_HANDLE_VALUE

namespace sys {
// Ignores no_handle. Never fails: there is nothing that a caller could do.
void close_handle(NativeHandle handle) noexcept;
}  // namespace sys

// Owns a handle: move-only, and closes what it holds. One thread at a time.
class SystemHandle {
public:
    SystemHandle() = default;
    explicit SystemHandle(NativeHandle handle) noexcept : handle_(handle) {}
    SystemHandle(SystemHandle&& other) noexcept : handle_(other.release()) {}
    // Closes what it held before, at once.
    SystemHandle& operator=(SystemHandle&& other) noexcept {
        SystemHandle moved(std::move(other));
        std::swap(handle_, moved.handle_);
        return *this;
    }
    ~SystemHandle() { sys::close_handle(handle_); }

    [[nodiscard]] bool valid() const noexcept { return handle_ != no_handle; }
    [[nodiscard]] NativeHandle get() const noexcept { return handle_; }
    // The caller closes it from now on.
    [[nodiscard]] NativeHandle release() noexcept { return std::exchange(handle_, no_handle); }
    void close() noexcept { sys::close_handle(release()); }

private:
    NativeHandle handle_ = no_handle;
};

}  // namespace pier
