// "Protocol-Independent Out-of-Band Data"; recv, MSG_OOB; SIOCATMARK.
#include "process/error.hpp"
#include "socket/sockets.hpp"

#include <pier/sys/socket/urgent.hpp>
#include <pier/sys/socket_transfer.hpp>

namespace pier::sys {

using win32::last_socket_error;
using win32::native;

// DuplicateHandle must not be used on a socket (its documentation).
Result<spi::NativeSocket> duplicate_to_watch(spi::NativeSocket socket) {
    const auto description = describe_socket(socket, ::GetCurrentProcessId());
    if (!description) return fail(description.error());
    return make_socket(*description);
}

Result<std::optional<std::byte>> take_urgent(spi::NativeSocket stream) noexcept {
    char byte = 0;
    const int count = ::recv(native(stream), &byte, 1, MSG_OOB);
    if (count == 1) return std::byte{static_cast<unsigned char>(byte)};
    if (count == 0) return fail(Errc::end_of_stream);
    const int code = ::WSAGetLastError();
    // None, or it was taken; it is not here yet.
    if (code == WSAEINVAL || code == WSAEWOULDBLOCK) return std::nullopt;
    return fail(win32::translate(static_cast<DWORD>(code), win32::During::receive));
}

// TRUE also where no urgent data waits at all ("Winsock IOCTLs", SIOCATMARK).
Result<bool> at_mark(spi::NativeSocket stream) noexcept {
    u_long answer = 0;
    if (::ioctlsocket(native(stream), static_cast<long>(SIOCATMARK), &answer) != 0) return fail(last_socket_error());
    return answer != 0;
}

}  // namespace pier::sys
