// Winsock functions that have to be asked for at run time.
#pragma once

#include "winsock.hpp"

#include <pier/result.hpp>

#include <string>

namespace pier::win32 {

struct Extensions {
    LPFN_ACCEPTEX accept = nullptr;
    LPFN_CONNECTEX connect = nullptr;
    LPFN_GETACCEPTEXSOCKADDRS addresses = nullptr;
    // The provider's sockets are real file handles. A layered one whose are not makes packets itself, and knows nothing
    // of a socket's notification modes (the documentation of SetFileCompletionNotificationModes).
    bool file_handles = false;
};

// Those of the system's TCP provider, asked for once. Any thread. Errors: not_supported, and what opening a socket
// says.
[[nodiscard]] Result<Extensions> extensions();

// EngineInfo::probe of all engines of overlapped operations.
[[nodiscard]] std::string probe_overlapped();

}  // namespace pier::win32
