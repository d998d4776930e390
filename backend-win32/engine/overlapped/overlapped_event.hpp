// Overlapped operations and one event.
#pragma once

#include <pier/spi/engine.hpp>

namespace pier::win32 {

[[nodiscard]] spi::EngineInfo overlapped_event_info();

}  // namespace pier::win32
