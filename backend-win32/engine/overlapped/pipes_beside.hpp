// Pipes for engines that can't wait for them.
#pragma once

#include <pier/spi/engine.hpp>

#include <memory>

namespace pier::win32 {

// An engine around that one, which takes pipes and leaves all else to it. As spi::with_pipes().
[[nodiscard]] Result<std::unique_ptr<spi::Engine>> pipes_beside(std::unique_ptr<spi::Engine> engine);

}  // namespace pier::win32
