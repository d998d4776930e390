// Messages carry no sockets here ("AF_UNIX comes to Windows"); pier/sys/socket_transfer.hpp describes them instead. And
// a completion port has a socket for good, with all its duplicates (CreateIoCompletionPort).
#include <pier/sys/socket_passing.hpp>

namespace pier::sys {

Result<NativeSocket> duplicate(NativeSocket) { return fail(Errc::not_supported); }

Result<void> send_socket(NativeSocket, std::span<const std::byte>, NativeSocket) { return fail(Errc::not_supported); }

Result<ReceivedSocket> receive_socket(NativeSocket, std::span<std::byte>) { return fail(Errc::not_supported); }

}  // namespace pier::sys
