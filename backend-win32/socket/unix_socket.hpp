// Binding Unix-domain sockets.
#pragma once

#include "socket/winsock.hpp"

#include <pier/endpoint.hpp>
#include <pier/result.hpp>

namespace pier::win32 {

// As sys::bind.
[[nodiscard]] Result<void> bind_unix(SOCKET socket, const Endpoint& endpoint);

}  // namespace pier::win32
