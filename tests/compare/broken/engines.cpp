// The platform's engines, and the best of them broken in several ways.
#include "dies.hpp"
#include "drops_finish.hpp"
#include "unbroken.hpp"

#include <vector>

namespace pier::spi {

std::span<const EngineInfo> platform_engines() {
    static const std::vector<EngineInfo> all = [] {
        const auto sound = unbroken_platform_engines();
        std::vector<EngineInfo> table(sound.begin(), sound.end());
        auto add = [&table, probe = sound.front().probe](std::string_view name, std::string_view summary, auto make) {
            table.push_back({.name = name, .summary = summary, .probe = probe, .make = make});
        };
        add("drops-finish", "finish() succeeds and the peer never hears of it", broken::make_drops_finish);
        add("crashes", "writes to nowhere when it is given a datagram socket", broken::make_crashes);
        add("hangs", "does not return when it is given a datagram socket", broken::make_hangs);
        return table;
    }();
    return all;
}

}  // namespace pier::spi
