// A socket for another process, by WSADuplicateSocket.
#include "process/error.hpp"
#include "socket/sockets.hpp"

#include <pier/sys/socket_transfer.hpp>

#include <cstring>
#include <limits>

namespace pier::sys {

using namespace win32;

Result<std::vector<std::byte>> describe_socket(NativeSocket socket, std::uint64_t process) {
    if (process > std::numeric_limits<DWORD>::max()) return fail(Errc::invalid_argument);
    std::vector<std::byte> bytes(sizeof(WSAPROTOCOL_INFOW));  // its memory before there is a handle over there
    WSAPROTOCOL_INFOW info{};
    if (::WSADuplicateSocketW(native(socket), static_cast<DWORD>(process), &info) != 0) {
        return fail(last_socket_error());
    }
    std::memcpy(bytes.data(), &info, sizeof info);
    return bytes;
}

void end_described(NativeSocket socket) noexcept { (void)::shutdown(native(socket), SD_BOTH); }

Result<NativeSocket> make_socket(std::span<const std::byte> description) {
    WSAPROTOCOL_INFOW info{};
    if (description.size() != sizeof info) return fail(Errc::invalid_argument);
    std::memcpy(&info, description.data(), sizeof info);
    // "WSASocketW": FROM_PROTOCOL_INFO takes family, type and protocol from the structure.
    const SOCKET socket = ::WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &info, 0,
                                       WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
    if (socket == INVALID_SOCKET) return fail(last_socket_error());
    // The handle was made by the other process, when nobody had said that it is not to be inherited.
    (void)::SetHandleInformation(handle(socket), HANDLE_FLAG_INHERIT, 0);
    // The mode is the socket's, whoever has set it; a library that keeps a copy of it for each process learns it here.
    if (auto set = set_non_blocking(socket); !set) {
        (void)::closesocket(socket);
        return fail(set.error());
    }
    return neutral(socket);
}

std::size_t socket_description_size() noexcept { return sizeof(WSAPROTOCOL_INFOW); }

}  // namespace pier::sys
