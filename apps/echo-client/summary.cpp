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

std::string datagrams(const DatagramTally& tally) {
    const auto part = [](std::uint64_t count, const char* what) { return ", " + std::to_string(count) + " " + what; };
    return "datagrams  " + std::to_string(tally.sent) + " sent" + part(tally.sent_again, "of them again") +
           part(tally.lost - tally.late, "lost") + part(tally.late, "late") + part(tally.duplicates, "twice") +
           part(tally.foreign, "foreign") + "\n";
}

}  // namespace

std::string summary(const Options& options, const Tally& tally, pier::Duration elapsed) {
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
    if (latency.count() > 0) {
        text += "latency    min " + readable(latency.least()) + ", p50 " + readable(latency.permille(500)) + ", p99 " +
                readable(latency.permille(990)) + ", max " + readable(latency.most()) + "\n";
    }
    if (options.udp) text += datagrams(tally.datagrams);
    return text;
}

}  // namespace echo_client
