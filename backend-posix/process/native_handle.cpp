#include "process/native_handle.hpp"

#include <unistd.h>

namespace pier::sys {

void close_handle(NativeHandle handle) noexcept {
    if (handle != no_handle) ::close(posix::descriptor_of(handle));
}

}  // namespace pier::sys
