#include "report/json.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <utility>

namespace ipc {
namespace {

using Json = nlohmann::ordered_json;

double in_seconds(pier::Duration duration) { return std::chrono::duration<double>(duration).count(); }

Json of(const Series& series, std::string_view to) {
    return {{"to", to},
            {"messages", series.load.count},
            {"runs", series.seconds.size()},
            {"messages_per_second", series.messages_per_second()},
            {"bytes_per_second", series.bytes_per_second()}};
}

Json of(const std::array<Series, 2>& series) { return Json::array({of(series[0], "child"), of(series[1], "parent")}); }

Json of(const pier::Latency& latency) {
    return {{"round_trips", latency.count()},
            {"least", in_seconds(latency.least())},
            {"median", in_seconds(latency.permille(500))},
            {"p99", in_seconds(latency.permille(990))},
            {"most", in_seconds(latency.most())}};
}

Json of(const KindReport& report) {
    Json result{{"kind", report.kind->name}, {"here", report.absent.empty()}};
    if (!report.absent.empty()) {
        result["reason"] = report.absent;
        return result;
    }
    result["good"] = report.fault.empty();
    if (!report.fault.empty()) {
        result["fault"] = report.fault;
        return result;
    }
    Json& throughput = result["throughput"] = Json::array();
    for (const Throughput& each : report.throughput) {
        Json entry{{"bytes", each.size}, {"pier", of(each.pier)}};
        if (report.raw) {
            entry["raw"] = of(each.raw);
            entry["ratio"] = ratio(each);
        }
        throughput.push_back(std::move(entry));
    }
    if (report.latencies) {
        Json entry{{"pier", of(report.latencies->pier)}};
        if (report.raw) {
            entry["raw"] = of(report.latencies->raw);
            entry["ratio"] = ratio(*report.latencies);
        }
        result["latency"] = std::move(entry);
    }
    return result;
}

}  // namespace

std::string json(std::span<const KindReport> reports, const Waiting& waiting) {
    const auto busy_poll = std::chrono::duration_cast<std::chrono::microseconds>(waiting.busy_poll);
    Json all{{"program", "pier-ipc"},
             {"engine", waiting.engine},
             {"busy_poll_microseconds", busy_poll.count()},
             {"kinds", Json::array()}};
    for (const KindReport& report : reports) all["kinds"].push_back(of(report));
    return all.dump(2) + "\n";
}

}  // namespace ipc
