// The engine under test.
#pragma once

#include "harness.hpp"

#include <pier/loop.hpp>

namespace posix {

[[nodiscard]] inline const pier::EngineInfo& engine() { return *pier::find_engine(contract::settings().engine); }

}  // namespace posix
