#include "iocp.hpp"

#include <pier/spi/engine.hpp>

namespace pier::spi {

std::span<const EngineInfo> platform_engines() {
    static const EngineInfo table[] = {win32::iocp_info()};
    return table;
}

}  // namespace pier::spi
