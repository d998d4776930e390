// A NativeHandle is a file descriptor here.
#pragma once

#include <pier/process/system_handle.hpp>

#include <cstdint>

namespace pier::posix {

[[nodiscard]] inline int descriptor_of(NativeHandle handle) noexcept { return static_cast<int>(handle); }
[[nodiscard]] inline int descriptor_of(const SystemHandle& handle) noexcept { return descriptor_of(handle.get()); }

// Owns it from now on. -1 is none.
[[nodiscard]] inline SystemHandle owned(int descriptor) noexcept {
    return SystemHandle(NativeHandle{static_cast<std::uintptr_t>(descriptor)});
}

}  // namespace pier::posix
