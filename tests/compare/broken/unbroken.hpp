// The functions of the platform's backend that this program defines anew: the build renames the backend's own.
#pragma once

#include <pier/spi/engine.hpp>
#include <pier/sys/socket.hpp>

namespace pier::spi {
[[nodiscard]] std::span<const EngineInfo> unbroken_platform_engines();
}

namespace pier::sys {
[[nodiscard]] Result<void> unbroken_shutdown_send(NativeSocket socket);
}
