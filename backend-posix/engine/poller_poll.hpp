// poll(2): level-triggered, one array that is handed to the kernel as a whole each time.
#pragma once

#include <pier/spi/poller.hpp>

#include <memory>

namespace pier::posix {

// Errors: what eventfd says.
[[nodiscard]] Result<std::unique_ptr<spi::Poller>> make_poll();

}  // namespace pier::posix
