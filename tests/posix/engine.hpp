// The engine under test.
#pragma once

#include "harness.hpp"

#include <pier/spi/engine.hpp>

namespace posix {

[[nodiscard]] inline const pier::spi::EngineInfo& engine() { return *pier::find_engine(contract::settings().engine); }

}  // namespace posix
