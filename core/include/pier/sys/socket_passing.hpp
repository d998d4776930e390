// Sockets in messages of Unix-domain streams (SCM_RIGHTS), where the system has such messages.
// Resolved by the linker: exactly one backend defines it. Any thread may call it unless it says otherwise, and it
// doesn't block unless it says so. Errors are Pier's conditions with the system's number.
#pragma once

#include <pier/result.hpp>
#include <pier/spi/socket.hpp>

#include <cstddef>
#include <span>

namespace pier::sys {

using spi::NativeSocket;

// Another descriptor of the same socket. Errors: too_many_files_open; not_supported where an engine has a socket for
// good.
[[nodiscard]] Result<NativeSocket> duplicate(NativeSocket socket);

// One try to send these bytes, and a socket with the first of them; all of it or nothing. Errors:
// operation_would_block, not_supported where there are no such messages, invalid_argument for a channel that is no
// Unix-domain stream; broken_pipe, connection_reset; no_buffer_space when too many are under way (unix(7),
// ETOOMANYREFS).
[[nodiscard]] Result<void> send_socket(NativeSocket channel, std::span<const std::byte> bytes, NativeSocket socket);

struct ReceivedSocket {
    std::size_t bytes = 0;  // 0 at the end of the stream
    NativeSocket socket = spi::no_socket;
};
// One try to receive such a message. The socket is the caller's, non-blocking and not inherited. Whatever else comes is
// closed. Errors: operation_would_block, not_supported, connection_reset; not_a_socket for a descriptor of another
// kind; protocol_error for more than one; too_many_files_open when the system could not give it this process.
[[nodiscard]] Result<ReceivedSocket> receive_socket(NativeSocket channel, std::span<std::byte> into);

}  // namespace pier::sys
