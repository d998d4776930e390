// What Unix-domain sockets have besides the others: files, and peers that the system knows.
// Resolved by the linker: exactly one backend defines it. Any thread may call it unless it says otherwise, and it
// doesn't block unless it says so. Errors are Pier's conditions with the system's number.
#pragma once

#include <pier/endpoint.hpp>
#include <pier/result.hpp>
#include <pier/socket/credentials.hpp>
#include <pier/spi/socket.hpp>

namespace pier::sys {

// The file that is at an address with a path now. Errors: file_not_found, permission_denied, not_enough_memory.
[[nodiscard]] Result<spi::FileId> socket_file(const Endpoint& endpoint);
// Removes it, if it is still that one. Nothing can be done where the system refuses.
void remove_socket_file(const Endpoint& endpoint, const spi::FileId& file) noexcept;

// Who is at the other end. Errors: not_supported for a socket of another family, and where the system does not tell;
// not_connected.
[[nodiscard]] Result<PeerCredentials> peer_credentials(spi::NativeSocket socket);

// The number of this process.
[[nodiscard]] std::uint64_t process_id() noexcept;

}  // namespace pier::sys
