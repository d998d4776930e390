// The door to io_uring. Its two functions come from uring_engine.cpp, or from uring_absent.cpp in a build without
// liburing.
#pragma once

#include <pier/spi/engine.hpp>

namespace pier::posix {

// Empty, or a sentence that says why it can't run here.
[[nodiscard]] std::string probe_uring();
[[nodiscard]] Result<std::unique_ptr<spi::Engine>> make_uring(spi::ChunkPool& chunks);

}  // namespace pier::posix
