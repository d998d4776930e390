// An engine that loses a half-close: finish() succeeds, and the peer never hears of it.
#pragma once

#include <pier/spi/engine.hpp>

namespace broken {

[[nodiscard]] pier::Result<std::unique_ptr<pier::spi::Engine>> make_drops_finish(pier::spi::ChunkPool& chunks);

}  // namespace broken
