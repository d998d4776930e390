// Winsock functions that have to be asked for at run time.
#pragma once

#include "socket/winsock.hpp"

#include <pier/endpoint.hpp>
#include <pier/result.hpp>

#include <string>

namespace pier::win32 {

// Of the provider of one family's TCP sockets.
struct ProviderFunctions {
    LPFN_ACCEPTEX accept = nullptr;
    LPFN_CONNECTEX connect = nullptr;
    LPFN_GETACCEPTEXSOCKADDRS addresses = nullptr;
    LPFN_TRANSMITFILE transmit = nullptr;  // null: a layered provider may be without it
    // The provider's sockets are real file handles. A layered one whose are not makes packets itself, and knows nothing
    // of a socket's notification modes (the documentation of SetFileCompletionNotificationModes).
    bool file_handles = false;
};

// A layered provider may stand before one family only; a function of another's provider may not be called with a socket
// of it (the documentation of AcceptEx). A family that the system does not have has the other's.
struct Extensions {
    ProviderFunctions ipv4;
    ProviderFunctions ipv6;

    [[nodiscard]] const ProviderFunctions& of(Family family) const noexcept {
        return family == Family::ipv6 ? ipv6 : ipv4;
    }
    // Of both: what a socket that is still without an address belongs to need not be asked then.
    [[nodiscard]] bool file_handles() const noexcept { return ipv4.file_handles && ipv6.file_handles; }
};

// Asked for once. Any thread. Errors: not_supported, and what opening a socket says.
[[nodiscard]] Result<Extensions> extensions();

// Whether TransmitFile is used. The client editions of Windows run two of them at a time, of all programs together, and
// let the others wait (its documentation): two peers that don't read would stop every transfer. So only servers do.
// PIER_TRANSMIT_FILE=1 or 0 in the environment decides otherwise.
[[nodiscard]] bool transmits_files() noexcept;

// EngineInfo::probe of all engines of overlapped operations.
[[nodiscard]] std::string probe_overlapped();

}  // namespace pier::win32
