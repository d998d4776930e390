// Binding Unix-domain sockets.
#pragma once

#include <pier/endpoint.hpp>
#include <pier/result.hpp>

namespace pier::posix {

// As sys::bind.
[[nodiscard]] Result<void> bind_unix(int socket, const Endpoint& endpoint);

}  // namespace pier::posix
