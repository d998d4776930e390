#include "report/catalogue.hpp"

#include <pier/behaviour/behaviour.hpp>
#include <pier/behaviour/expectations.hpp>
#include "report/markdown_text.hpp"
#include "report/words.hpp"
#include "report/wrap.hpp"

#include <algorithm>
#include <utility>

namespace compare {
namespace {

// In the order of the columns.
std::vector<std::string> systems(const Report& report) {
    std::vector<std::string> names;
    for (const Column& column : report.columns) {
        if (std::ranges::find(names, column.system) == names.end()) names.push_back(column.system);
    }
    return names;
}

// "works", "works by poll, uv; n/a by blocking": of a system's engines.
std::string by_engines(const Report& report, const Row& row, const std::string& system) {
    std::vector<std::pair<std::string, std::string>> camps;
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
        const Column& column = report.columns[i];
        if (column.system != system || column.is_native() || row.cells[i].outcome.empty()) continue;
        const Mark sign = mark(report, row, i);
        std::string outcome = escaped(row.cells[i].outcome);
        if (sign != Mark::none) outcome += std::string(" \\") + static_cast<char>(sign);
        auto camp = std::ranges::find(camps, outcome, &std::pair<std::string, std::string>::first);
        if (camp == camps.end()) camp = camps.insert(camp, {outcome, {}});
        camp->second += (camp->second.empty() ? "" : ", ") + escaped(column.engine);
    }
    if (camps.empty()) return "not run";
    if (camps.size() == 1) return camps.front().first;
    std::string text;
    for (const auto& [outcome, engines] : camps) text += (text.empty() ? "" : "; ") + outcome + " by " + engines;
    return text;
}

std::string native_outcome(const Report& report, const Row& row, const std::string& system) {
    const auto column = std::ranges::find(report.columns, Column{system, std::string(native_engine)});
    if (column == report.columns.end()) return {};
    return row.cells[static_cast<std::size_t>(column - report.columns.begin())].outcome;
}

// Systems of which the same is to be said stand together.
void print_observed(std::string& text, const Report& report, const Row& row) {
    std::vector<std::pair<std::string, std::vector<std::string>>> all;
    for (const std::string& system : systems(report)) {
        std::string said = "engines: " + by_engines(report, row, system);
        const std::string native = native_outcome(report, row, system);
        if (!native.empty() && native != inapplicable) said += ". The system's own calls: " + escaped(native);
        auto same = std::ranges::find(all, said, &std::pair<std::string, std::vector<std::string>>::first);
        if (same == all.end()) same = all.insert(same, {said, {}});
        same->second.push_back(escaped(spoken_name(system)));
    }
    for (const auto& [said, names] : all) text += "- " + listed(names) + ", " + said + ".\n";
}

void print_reasons(std::string& text, const Report& report, const Row& row) {
    for (const Note& note : notes(report, row)) {
        if (note.reason.empty() ||
            std::ranges::all_of(note.columns, [&](std::size_t i) { return report.columns[i].is_native(); })) {
            continue;
        }
        text += "- " + escaped(note.outcome) + " because: " + escaped(note.reason) + ".\n";
    }
}

void print_expected(std::string& text, const Report& report, const Row& row) {
    for (const std::string& system : systems(report)) {
        const std::string native = native_outcome(report, row, system);
        const std::string_view expected = pier::behaviour::expected_native(system, row.id);
        if (native.empty() || native == inapplicable || expected.empty() || expected == native) continue;
        text += "- **Not as expected**: of " + escaped(spoken_name(system)) + "'s own calls, " + escaped(expected) +
                " was expected, and " + escaped(native) + " is what they do.\n";
    }
    const pier::behaviour::Behaviour* behaviour = pier::behaviour::find_behaviour(row.id);
    if (behaviour != nullptr && !behaviour->windows.sentence.empty()) {
        const pier::behaviour::Hearsay& said = behaviour->windows;
        text += "- Windows, not run: " + escaped(said.sentence) + " (" + escaped(said.source) + ")\n";
    }
}

void print_row(std::string& text, const Report& report, const Row& row) {
    text += "\n### " + escaped(row.id) + "\n\n" + escaped(row.question) + '\n';
    if (!row.promise.empty()) text += "Pier promises: " + escaped(row.promise) + '\n';
    text += "Allowed: " + escaped(contract_text(row)) + ".\n\n";
    print_observed(text, report, row);
    print_reasons(text, report, row);
    print_expected(text, report, row);
    if (!row.inherent.empty()) text += "- Inherent: " + escaped(row.inherent) + '\n';
    if (row.sources.empty()) return;
    text += "- Sources:";
    for (std::size_t i = 0; i < row.sources.size(); ++i) text += (i > 0 ? "; " : " ") + escaped(row.sources[i]);
    text += '\n';
}

}  // namespace

std::string catalogue(const Report& observed) {
    const Report report = for_terminal(observed);
    std::string text;
    heading(text, "#", "Behaviours");
    text +=
        "Written by `ci/compare --renew` from what pier-compare has observed (`ci/expected`); words and signs are "
        "those "
        "of\n[pier-compare](pier-compare.md): `!` is outside of the contract, `~` a known deviation of that system. "
        "Nothing has run on\nreal Windows yet: what is said of it comes from documents, from tests that are "
        "written to hold there, and\nfrom issues, or is marked as not documented.\n";
    for (const Group& group : groups(report)) {
        heading(text, "##", group.name.empty() ? "Behaviours" : capital(group.name));
        text.pop_back();
        for (const Row* row : group.rows) print_row(text, report, *row);
    }
    return text;
}

}  // namespace compare
