#include "run/judge.hpp"

#include <pier/loop.hpp>

#include <algorithm>

namespace compare {
namespace {

std::vector<std::string> words(const std::vector<pier::behaviour::Outcomes>& outcomes) {
    std::vector<std::string> names;
    for (const pier::behaviour::Outcomes& outcome : outcomes) names.push_back(name(outcome));
    return names;
}

bool blocks(std::string_view column) {
    const pier::EngineInfo* engine = pier::find_engine(column);
    return engine != nullptr && engine->one_at_a_time;
}

}  // namespace

bool holds(const Behaviour& behaviour, std::string_view column, std::string_view outcome) {
    if (column == native_engine || outcome == inapplicable) return true;
    return behaviour.allows(outcome, blocks(column));
}

Row row_of(const Behaviour& behaviour) {
    return {.id = std::string(behaviour.id),
            .question = std::string(behaviour.question),
            .contract = words(behaviour.contract),
            .blocking_contract = words(behaviour.blocking_contract),
            .group = std::string(behaviour.group),
            .steps = {behaviour.steps_text.begin(), behaviour.steps_text.end()},
            .promise = std::string(behaviour.promise),
            .sources = {behaviour.sources.begin(), behaviour.sources.end()},
            .inherent = std::string(behaviour.inherent)};
}

void judge(Report& report) {
    std::vector<Row> judged;
    for (const Behaviour& behaviour : pier::behaviour::behaviours()) {
        auto found = std::ranges::find(report.rows, behaviour.id, &Row::id);
        if (found == report.rows.end()) continue;
        Row row = row_of(behaviour);
        row.cells = std::move(found->cells);
        report.rows.erase(found);
        for (std::size_t i = 0; i < row.cells.size(); ++i) {
            Cell& cell = row.cells[i];
            cell.in_contract = cell.outcome.empty() || holds(behaviour, report.columns[i].engine, cell.outcome);
            const bool is_engine = !report.columns[i].is_native();
            if (is_engine && cell.outcome == inapplicable) cell.detail = behaviour.not_applicable;
        }
        judged.push_back(std::move(row));
    }
    std::ranges::move(report.rows, std::back_inserter(judged));
    report.rows = std::move(judged);
    report.judged = true;
}

}  // namespace compare
