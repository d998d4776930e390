// WSAEventSelect.
#pragma once

#include <pier/spi/poller.hpp>

#include <memory>

namespace pier::win32 {

// Errors: what making an event says.
[[nodiscard]] Result<std::unique_ptr<spi::Poller>> make_eventselect();

}  // namespace pier::win32
