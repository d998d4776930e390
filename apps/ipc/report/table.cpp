#include "report/table.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <vector>

namespace ipc {
namespace {

constexpr std::size_t columns = 7;
using Row = std::array<std::string, columns>;

std::string format(const char* how, double number) {
    char text[64];
    std::snprintf(text, sizeof text, how, number);
    return text;
}

// Three digits that count.
std::string number(double value) { return format(value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value); }

std::string messages(double per_second) {
    if (per_second < 1e3) return number(per_second) + "/s";
    if (per_second < 1e6) return number(per_second / 1e3) + " k/s";
    return number(per_second / 1e6) + " M/s";
}

std::string mebibytes(double per_second) { return number(per_second / (1 << 20)) + " MiB/s"; }

std::string speed(const std::array<Series, 2>& series, std::size_t size) {
    const double per_second = both_ways(series);
    return size <= 1 ? messages(per_second) : mebibytes(per_second * static_cast<double>(size));
}

// Where in a row the throughput of that size stands.
std::size_t column_of(std::size_t size) { return size <= 1 ? 2 : size <= (4 << 10) ? 3 : 4; }

void add_rows(std::vector<Row>& rows, const KindReport& report) {
    Row ours{std::string(report.kind->name), "pier", "-", "-", "-", "-", "-"};
    Row raw{"", "raw", "-", "-", "-", "-", "-"};
    Row ratios{"", "pier/raw", "-", "-", "-", "-", "-"};
    for (const Throughput& each : report.throughput) {
        const std::size_t column = column_of(each.size);
        ours[column] = speed(each.pier, each.size);
        raw[column] = speed(each.raw, each.size);
        ratios[column] = format("%.2f", ratio(each));
    }
    if (report.latencies) {
        ours[5] = pier::readable(report.latencies->pier.permille(500));
        ours[6] = pier::readable(report.latencies->pier.permille(990));
        raw[5] = pier::readable(report.latencies->raw.permille(500));
        raw[6] = pier::readable(report.latencies->raw.permille(990));
        ratios[5] = format("%.2f", ratio(*report.latencies));
        ratios[6].clear();
    }
    rows.push_back(std::move(ours));
    if (!report.raw) return;
    rows.push_back(std::move(raw));
    rows.push_back(std::move(ratios));
}

void append(std::string& text, const std::vector<Row>& rows) {
    std::array<std::size_t, columns> widths{};
    for (const Row& row : rows) {
        for (std::size_t i = 0; i < columns; ++i) widths[i] = std::max(widths[i], row[i].size());
    }
    for (const Row& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < columns; ++i) {
            const std::string space(widths[i] - row[i].size(), ' ');
            if (i > 0) line.append("  ");
            line.append(i < 2 ? row[i] + space : space + row[i]);  // names to the left, numbers to the right
        }
        line.resize(line.find_last_not_of(' ') + 1);
        text.append(line).append("\n");
    }
}

}  // namespace

std::string table(std::span<const KindReport> reports, const Waiting& waiting) {
    std::vector<Row> rows{{"kind", "by", "1 B", "4 KiB", "1 MiB", "answer", "99 of 100"}};
    std::string others;
    for (const KindReport& report : reports) {
        if (report.absent.empty() && report.fault.empty()) {
            add_rows(rows, report);
        } else {
            others.append(report.kind->name).append(report.absent.empty() ? ": " : " is not here: ");
            others.append(report.absent.empty() ? report.fault : report.absent).append("\n");
        }
    }
    std::string text("engine ");
    text.append(waiting.engine);
    if (waiting.busy_poll > pier::Duration::zero()) {
        const auto time = std::chrono::duration_cast<std::chrono::microseconds>(waiting.busy_poll);
        text.append(", busy polling for ").append(std::to_string(time.count())).append(" us");
    }
    text.append("\n");
    if (rows.size() > 1) append(text, rows);
    return text.append(others);
}

}  // namespace ipc
