// A second handle of a socket, which an engine uses beside the first one.
// Resolved by the linker: exactly one backend defines it. Any thread may call it unless it says otherwise, and it
// doesn't block unless it says so. Errors are Pier's conditions with the system's number.
#pragma once

#include <pier/result.hpp>
#include <pier/spi/socket.hpp>

#include <string_view>

namespace pier::sys {

// For the engine of that name. Non-blocking and not inherited; the caller's to close. Errors: not_supported where what
// the engine is told belongs to the socket with all its handles, so that it can't use two of them (on Windows iocp, uv
// and wsa-event); too_many_files_open; what the system says.
[[nodiscard]] Result<spi::NativeSocket> duplicate_for(std::string_view engine, spi::NativeSocket socket);

}  // namespace pier::sys
