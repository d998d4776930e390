// "shutdown", SD_RECEIVE.
#include "process/error.hpp"
#include "socket/sockets.hpp"

#include <pier/sys/socket/stop_receiving.hpp>

namespace pier::sys {

Result<void> shutdown_receive(spi::NativeSocket stream) noexcept {
    if (::shutdown(win32::native(stream), SD_RECEIVE) == 0) return {};
    const int code = ::WSAGetLastError();
    switch (code) {
        case WSAENOTCONN:
        case WSAESHUTDOWN:
        case WSAECONNRESET:
        case WSAECONNABORTED:
            return {};  // nothing can come any more
        default:
            return fail(win32::translate(static_cast<DWORD>(code), win32::During::receive));
    }
}

}  // namespace pier::sys
