// A NativeHandle is a HANDLE here.
#pragma once

#include "socket/winsock.hpp"

#include <pier/process/system_handle.hpp>

#include <cstdint>

namespace pier::win32 {

[[nodiscard]] inline HANDLE handle_of(NativeHandle handle) noexcept { return reinterpret_cast<HANDLE>(handle); }
[[nodiscard]] inline HANDLE handle_of(const SystemHandle& handle) noexcept { return handle_of(handle.get()); }

// Owns it from now on. INVALID_HANDLE_VALUE is none.
[[nodiscard]] inline SystemHandle owned(HANDLE handle) noexcept {
    return SystemHandle(NativeHandle{reinterpret_cast<std::uintptr_t>(handle)});
}

}  // namespace pier::win32
