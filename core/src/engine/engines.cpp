#include <pier/loop.hpp>

namespace pier {

const std::vector<spi::EngineInfo>& engines() {
    static const std::vector<spi::EngineInfo> all = [] {
        auto platform = spi::platform_engines();
        std::vector<spi::EngineInfo> table(platform.begin(), platform.end());
#ifdef PIER_WITH_LIBUV
        table.push_back(spi::uv_engine_info());
#endif
        table.push_back(spi::blocking_engine_info());
        return table;
    }();
    return all;
}

const spi::EngineInfo* find_engine(std::string_view name) {
    for (const spi::EngineInfo& engine : engines()) {
        if (name.empty() ? engine.probe().empty() : engine.name == name) return &engine;
    }
    return nullptr;
}

}  // namespace pier
