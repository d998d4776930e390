// Engines that do not survive a datagram socket.
#pragma once

#include <pier/spi/engine.hpp>

namespace broken {

[[nodiscard]] pier::Result<std::unique_ptr<pier::spi::Engine>> make_crashes(pier::spi::ChunkPool& chunks);
[[nodiscard]] pier::Result<std::unique_ptr<pier::spi::Engine>> make_hangs(pier::spi::ChunkPool& chunks);

}  // namespace broken
