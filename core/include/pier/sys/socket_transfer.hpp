// A socket for another process, as bytes: for a system that can't put one into a message. Where it can (SCM_RIGHTS),
// there are no such bytes.
// Resolved by the linker: exactly one backend defines it. Any thread may call it unless it says otherwise, and it
// doesn't block unless it says so. Errors are Pier's conditions with the system's number.
#pragma once

#include <pier/result.hpp>
#include <pier/spi/socket.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace pier::sys {

using spi::NativeSocket;

// What the process of this number makes a descriptor of its own from, once (WSADuplicateSocket). It may be this
// process. All descriptors are of one socket: they share its options, its mode, the events that are asked for
// (WSAEventSelect holds for the last who asked), and a completion port that it was associated with. So it should be a
// socket that no engine has attached yet, or that none of this process uses any more. The caller keeps its own
// descriptor until the other process has made one: a socket that nobody has open is gone. Errors: not_supported where a
// message carries sockets; invalid_argument where there is no such process; permission_denied; too_many_files_open,
// no_buffer_space.
[[nodiscard]] Result<std::vector<std::byte>> describe_socket(NativeSocket socket, std::uint64_t process);

// Ends a connection whose description may lie unused: the other process has a handle of it from describe_socket() on,
// so closing this descriptor would end nothing as long as that process runs. Nothing where a message carries sockets:
// the system closes one that nobody receives.
void end_described(NativeSocket socket) noexcept;

// A descriptor from what another process has described for this one: non-blocking, and not inherited by child
// processes. After start_up(). The bytes name a handle of this process, so they have to come from a process that is
// trusted as much as this one. Errors: not_supported as above; invalid_argument for bytes that describe no socket
// of this process; not_a_socket for one that is gone; too_many_files_open, no_buffer_space.
[[nodiscard]] Result<NativeSocket> make_socket(std::span<const std::byte> description);

// How many bytes a description has; 0 where there are none.
[[nodiscard]] std::size_t socket_description_size() noexcept;

}  // namespace pier::sys
