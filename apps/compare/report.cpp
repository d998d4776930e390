#include "report.hpp"

#include "deviations.hpp"

#include <algorithm>
#include <set>

namespace compare {
namespace {

void rename(Report& report, const std::string& from, const std::string& to) {
    auto rename = [&](Column& column) {
        if (column.system == from) column.system = to;
    };
    for (Column& column : report.columns) rename(column);
    for (Absent& absent : report.absent) rename(absent.column);
}

std::set<std::string> systems(const Report& report) {
    std::set<std::string> names;
    for (const Column& column : report.columns) names.insert(column.system);
    return names;
}

}  // namespace

Mark mark(const Report& report, const Row& row, std::size_t column) {
    const Cell& cell = row.cells[column];
    if (cell.outcome.empty() || cell.in_contract) return Mark::none;
    return known_deviation(report.columns[column].system, row.id, cell.outcome) ? Mark::known : Mark::broken;
}

bool differs(const Row& row) {
    const std::string* first = nullptr;
    for (const Cell& cell : row.cells) {
        if (cell.outcome.empty()) continue;
        if (first != nullptr && *first != cell.outcome) return true;
        first = &cell.outcome;
    }
    return false;
}

bool broken(const Report& report) {
    return std::ranges::any_of(report.rows, [&](const Row& row) {
        for (std::size_t i = 0; i < row.cells.size(); ++i) {
            if (mark(report, row, i) == Mark::broken) return true;
        }
        return false;
    });
}

Report merge(std::vector<Report> reports) {
    Report all;
    for (Report& report : reports) {
        const std::set<std::string> taken = systems(all);
        for (const std::string& system : systems(report)) {
            if (!taken.contains(system)) continue;
            int number = 2;
            while (taken.contains(system + " " + std::to_string(number))) ++number;
            rename(report, system, system + " " + std::to_string(number));
        }
        const std::size_t before = all.columns.size();
        all.columns.insert(all.columns.end(), report.columns.begin(), report.columns.end());
        all.absent.insert(all.absent.end(), report.absent.begin(), report.absent.end());
        for (Row& row : report.rows) {
            auto same = std::ranges::find(all.rows, row.id, &Row::id);
            if (same == all.rows.end()) {
                same = all.rows.insert(same, row);
                same->cells.assign(before, Cell{});
            }
            same->cells.insert(same->cells.end(), row.cells.begin(), row.cells.end());
        }
        for (Row& row : all.rows) row.cells.resize(all.columns.size());
    }
    return all;
}

}  // namespace compare
