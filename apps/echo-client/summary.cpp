#include "summary.hpp"

#include <cstdio>

namespace echo_client {
namespace {

template <class... Arguments>
std::string print(const char* format, Arguments... arguments) {
    char line[160];
    std::snprintf(line, sizeof line, format, arguments...);
    return line;
}

}  // namespace

std::string summary(const Tally& tally, pier::Duration elapsed) {
    const double seconds = std::chrono::duration<double>(elapsed).count();
    const double mebibytes = static_cast<double>(tally.bytes) / (1 << 20);
    using pier::readable;
    const pier::Latency& latency = tally.latency;
    std::string text;
    text += "messages   " + std::to_string(tally.messages) + "\n";
    text += "bytes      " + std::to_string(tally.bytes) + " each way\n";
    text += print("seconds    %.6f\n", seconds);
    text += print("throughput %.0f msg/s, %.1f MiB/s each way\n", static_cast<double>(tally.messages) / seconds,
                  mebibytes / seconds);
    text += "latency    min " + readable(latency.least()) + ", p50 " + readable(latency.permille(500)) + ", p99 " +
            readable(latency.permille(990)) + ", max " + readable(latency.most()) + "\n";
    return text;
}

}  // namespace echo_client
