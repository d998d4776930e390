#include "report/results.hpp"

#include <algorithm>

namespace ipc {
namespace {

double middle(std::vector<double> values) {
    if (values.empty()) return 0;
    const auto half = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, half);
    return *half;
}

}  // namespace

double Series::messages_per_second() const {
    const double each = middle(seconds);
    return each > 0 ? static_cast<double>(load.count) / each : 0;
}

double both_ways(const std::array<Series, 2>& series) {
    const double there = series[0].messages_per_second();
    const double back = series[1].messages_per_second();
    return there > 0 && back > 0 ? 2 / (1 / there + 1 / back) : 0;
}

double ratio(const Throughput& throughput) {
    std::vector<double> all;
    for (std::size_t way = 0; way < throughput.pier.size(); ++way) {
        const auto& ours = throughput.pier[way].seconds;
        const auto& raw = throughput.raw[way].seconds;
        for (std::size_t i = 0; i < std::min(ours.size(), raw.size()); ++i) all.push_back(raw[i] / ours[i]);
    }
    return middle(std::move(all));
}

double ratio(const Latencies& latencies) {
    const auto ours = static_cast<double>(latencies.pier.permille(500).count());
    return ours > 0 ? static_cast<double>(latencies.raw.permille(500).count()) / ours : 0;
}

}  // namespace ipc
