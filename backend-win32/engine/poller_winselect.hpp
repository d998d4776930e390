// Winsock's select.
#pragma once

#include <pier/spi/poller.hpp>

#include <memory>

namespace pier::win32 {

// Errors: what making the socket to be woken by says.
[[nodiscard]] Result<std::unique_ptr<spi::Poller>> make_winselect();

}  // namespace pier::win32
