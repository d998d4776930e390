// Sockets travel in messages of Unix-domain sockets here (SCM_RIGHTS), so there is nothing to describe.
#include <pier/sys/socket_transfer.hpp>

namespace pier::sys {

Result<std::vector<std::byte>> describe_socket(NativeSocket, std::uint64_t) { return fail(Errc::not_supported); }

void end_described(NativeSocket) noexcept {}

Result<NativeSocket> make_socket(std::span<const std::byte>) { return fail(Errc::not_supported); }

std::size_t socket_description_size() noexcept { return 0; }

}  // namespace pier::sys
