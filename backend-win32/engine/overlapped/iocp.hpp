// The I/O completion port engine.
#pragma once

#include <pier/spi/engine.hpp>

namespace pier::win32 {

[[nodiscard]] spi::EngineInfo iocp_info();

}  // namespace pier::win32
