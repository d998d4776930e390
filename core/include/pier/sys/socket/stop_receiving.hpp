// The end of a stream's receiving direction.
// Resolved by the linker: exactly one backend defines it. Any thread may call it unless it says otherwise, and it
// doesn't block unless it says so. Errors are Pier's conditions with the system's number.
#pragma once

#include <pier/result.hpp>
#include <pier/spi/socket.hpp>

namespace pier::sys {

// shutdown(2), SHUT_RD; SD_RECEIVE. Success also when the connection is already gone. Errors: what the system says.
[[nodiscard]] Result<void> shutdown_receive(spi::NativeSocket stream) noexcept;

}  // namespace pier::sys
