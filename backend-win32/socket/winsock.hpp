// Winsock's headers in the order they need, and what older SDKs lack of them.
#pragma once

#include <winsock2.h>
#include <ws2tcpip.h>

#include <mswsock.h>

#include <mstcpip.h>
#include <windows.h>

#include <pier/spi/socket.hpp>

namespace pier::win32 {

static_assert(static_cast<SOCKET>(spi::no_socket) == INVALID_SOCKET);

[[nodiscard]] inline SOCKET native(spi::NativeSocket socket) noexcept { return static_cast<SOCKET>(socket); }
[[nodiscard]] inline spi::NativeSocket neutral(SOCKET socket) noexcept {
    return static_cast<spi::NativeSocket>(socket);
}
// A socket of the base provider is a file handle.
[[nodiscard]] inline HANDLE handle(SOCKET socket) noexcept { return reinterpret_cast<HANDLE>(socket); }

// mstcpip.h has it only from the Windows 10 SDK on, mingw-w64's not at all.
inline constexpr DWORD udp_netreset_code = _WSAIOW(IOC_VENDOR, 15);
// ws2def.h, Windows 10.
inline constexpr int reuse_unicast_port = 0x3007;

// One integer option; the answer of setsockopt.
inline bool set_integer(SOCKET socket, int level, int name, int value) noexcept {
    return ::setsockopt(socket, level, name, reinterpret_cast<const char*>(&value), sizeof value) == 0;
}

}  // namespace pier::win32
