#include "report/report.hpp"

#include <pier/behaviour/deviations.hpp>

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
    for (const Absent& absent : report.absent) names.insert(absent.column.system);
    return names;
}

// What was seen in the native columns, or in those of engines.
std::set<std::string> outcomes(const Report& report, const Row& row, bool native) {
    std::set<std::string> seen;
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
        if (row.cells[i].is_observed() && report.columns[i].is_native() == native) seen.insert(row.cells[i].outcome);
    }
    return seen;
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : " or ") + word;
    return text;
}

// Some systems' builds know more of a behaviour than others.
template <typename Text>
void complete(Text& text, const Text& other) {
    if (text.empty()) text = other;
}

}  // namespace

Mark mark(const Report& report, const Row& row, std::size_t column) {
    const Cell& cell = row.cells[column];
    if (!cell.is_observed() || cell.in_contract || report.columns[column].is_native()) return Mark::none;
    return reason_of_deviation(report, row, column).empty() ? Mark::broken : Mark::known;
}

std::string_view reason_of_deviation(const Report& report, const Row& row, std::size_t column) {
    const Column& of = report.columns[column];
    return pier::behaviour::known_deviation(of.system, of.engine, row.id, row.cells[column].outcome);
}

bool differs(const Report& report, const Row& row) { return outcomes(report, row, false).size() > 1; }

bool evened_out(const Report& report, const Row& row) {
    return outcomes(report, row, true).size() > 1 && outcomes(report, row, false).size() == 1;
}

bool broken(const Report& report) {
    return std::ranges::any_of(report.rows, [&](const Row& row) {
        for (std::size_t i = 0; i < row.cells.size(); ++i) {
            if (mark(report, row, i) == Mark::broken) return true;
        }
        return false;
    });
}

Report only_differences(Report report) {
    std::erase_if(report.rows, [&](const Row& row) {
        for (std::size_t i = 0; i < row.cells.size(); ++i) {
            if (mark(report, row, i) != Mark::none) return false;
        }
        return !differs(report, row);
    });
    return report;
}

std::vector<Group> groups(const Report& report) {
    const bool named = std::ranges::any_of(report.rows, [](const Row& row) { return !row.group.empty(); });
    std::vector<Group> all;
    for (const Row& row : report.rows) {
        const std::string name = !row.group.empty() ? row.group : named ? "other behaviours" : "";
        auto same = std::ranges::find(all, name, &Group::name);
        if (same == all.end()) same = all.insert(same, Group{name, {}});
        same->rows.push_back(&row);
    }
    return all;
}

std::vector<Note> notes(const Report& report, const Row& row) {
    std::vector<Note> all;
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
        const Cell& cell = row.cells[i];
        const Mark sign = mark(report, row, i);
        Note note{static_cast<char>(sign), cell.outcome, cell.detail, {}};
        if (cell.outcome == inapplicable) {
            note.sign = '-';
        } else if (sign == Mark::none) {
            continue;
        } else if (sign == Mark::known) {
            note.reason = reason_of_deviation(report, row, i);
        }
        auto same = std::ranges::find_if(all, [&](const Note& other) {
            const bool reason_counts = sign != Mark::broken;  // there it is a detail, and the first one will do
            return other.sign == note.sign && other.outcome == note.outcome &&
                   (!reason_counts || other.reason == note.reason);
        });
        if (same == all.end()) same = all.insert(same, std::move(note));
        same->columns.push_back(i);
    }
    return all;
}

std::string names(const Report& report, const std::vector<std::size_t>& columns) {
    std::string text;
    for (std::size_t i : columns) {
        const Column& column = report.columns[i];
        text += (text.empty() ? "" : ", ") + column.system + " " + column.engine;
    }
    return text;
}

std::string contract_text(const Row& row) {
    std::string text = row.contract.empty() ? "anything that ends" : joined(row.contract);
    if (!row.blocking_contract.empty()) text += " (engines that block: " + joined(row.blocking_contract) + ")";
    return text;
}

Report merge(std::vector<Report> reports) {
    Report all;
    if (!reports.empty()) all.of = reports.front().of;
    for (Report& report : reports) {
        const std::set<std::string> taken = systems(all);
        for (const std::string& system : systems(report)) {
            if (!taken.contains(system)) continue;
            const std::set<std::string> own = systems(report);
            int number = 2;
            auto name = [&] { return system + " " + std::to_string(number); };
            while (taken.contains(name()) || own.contains(name())) ++number;
            rename(report, system, name());
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
            complete(same->group, row.group);
            complete(same->steps, row.steps);
            complete(same->promise, row.promise);
            complete(same->sources, row.sources);
            complete(same->inherent, row.inherent);
            same->cells.insert(same->cells.end(), row.cells.begin(), row.cells.end());
        }
        for (Row& row : all.rows) row.cells.resize(all.columns.size());
    }
    return all;
}

}  // namespace compare
