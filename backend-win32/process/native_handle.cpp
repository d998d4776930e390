#include "process/native_handle.hpp"

namespace pier::sys {

void close_handle(NativeHandle handle) noexcept {
    if (handle != no_handle) ::CloseHandle(win32::handle_of(handle));
}

}  // namespace pier::sys
