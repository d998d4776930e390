// TCP's urgent data.
// Resolved by the linker: exactly one backend defines it. Any thread may call it unless it says otherwise, and it
// doesn't block unless it says so. Errors are Pier's conditions with the system's number.
#pragma once

#include <pier/result.hpp>
#include <pier/spi/socket.hpp>

#include <cstddef>
#include <optional>

namespace pier::sys {

// Another handle of the same socket, for waiting by it alone. Errors: too_many_files_open; what the system says.
[[nodiscard]] Result<spi::NativeSocket> duplicate_to_watch(spi::NativeSocket socket);

// The urgent byte, if one is there that nobody has taken. Errors: end_of_stream, connection_reset.
[[nodiscard]] Result<std::optional<std::byte>> take_urgent(spi::NativeSocket stream) noexcept;

// sockatmark(3); SIOCATMARK.
[[nodiscard]] Result<bool> at_mark(spi::NativeSocket stream) noexcept;

}  // namespace pier::sys
