// Overlapped operations with completion routines, which run as asynchronous procedure calls in the waiting thread.
#pragma once

#include <pier/spi/engine.hpp>

namespace pier::win32 {

[[nodiscard]] spi::EngineInfo overlapped_apc_info();

}  // namespace pier::win32
