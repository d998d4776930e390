// Wakes that the system refuses.
#pragma once

#include "socket/winsock.hpp"

namespace pier::win32 {

// Whether the refusal is the system's want of memory or of room, which passes: who asks again will get it. Any other
// would come back for ever.
[[nodiscard]] constexpr bool is_shortage(DWORD code) noexcept {
    switch (code) {
        case WSAENOBUFS:
        case WSAEWOULDBLOCK:
        case WSA_NOT_ENOUGH_MEMORY:
        case ERROR_OUTOFMEMORY:
        case ERROR_COMMITMENT_LIMIT:
        case ERROR_NO_SYSTEM_RESOURCES:
        case ERROR_NONPAGED_SYSTEM_RESOURCES:
        case ERROR_WORKING_SET_QUOTA:
        case ERROR_NOT_ENOUGH_QUOTA:
            return true;
        default:
            return false;
    }
}

}  // namespace pier::win32
