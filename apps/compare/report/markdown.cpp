#include "report/markdown.hpp"

#include "report/markdown_text.hpp"
#include "report/tellings.hpp"
#include "report/words.hpp"
#include "report/wrap.hpp"

namespace compare {
namespace {

constexpr std::size_t told = 10;

std::string cell_text(const Report& report, const Row& row, std::size_t column) {
    const Cell& cell = row.cells[column];
    if (cell.outcome.empty()) return "\u2013";
    switch (mark(report, row, column)) {
        case Mark::broken:
            return "**" + escaped(cell.outcome) + " !**";
        case Mark::known:
            return escaped(cell.outcome) + " \\~";
        case Mark::none:
            break;
    }
    return cell.outcome == inapplicable ? "*n/a*" : escaped(cell.outcome);
}

// A line of the table's head for systems is not to be had: the name stands with the engine.
void print_table(std::string& text, const Report& report, const Group& group) {
    text += "| behaviour |";
    for (const Column& column : report.columns)
        text += " " + escaped(column.system) + "<br>" + escaped(column.engine) + " |";
    text += "\n|---|";
    for (std::size_t i = 0; i < report.columns.size(); ++i) text += "---|";
    text += '\n';
    for (const Row* row : group.rows) {
        const char* sign = differs(report, *row) ? "\\* " : evened_out(report, *row) ? "^ " : "";
        text += "| " + std::string(sign) + escaped(row->id) + " |";
        for (std::size_t i = 0; i < report.columns.size(); ++i) text += " " + cell_text(report, *row, i) + " |";
        text += '\n';
    }
}

std::string sentence(const Report& report, const Row& row, const Note& note) {
    std::string text = note.outcome + " on " + names(report, note.columns);
    if (note.sign == static_cast<char>(Mark::broken)) text += ", outside of the contract";
    if (note.sign == static_cast<char>(Mark::known)) text += ", a known deviation";
    if (!note.reason.empty()) text += ": " + note.reason;
    if (note.sign == static_cast<char>(Mark::broken)) text += " (" + contract_text(row) + " is allowed)";
    return escaped(text);
}

void print_notes(std::string& text, const Report& report, const Row& row) {
    text += "- **" + escaped(row.id) + "**: " + escaped(row.question);
    if (!row.promise.empty()) text += " Pier promises: " + escaped(row.promise);
    text += " Allowed: " + escaped(contract_text(row)) + ".\n";
    for (const Note& note : notes(report, row)) text += "  - " + sentence(report, row, note) + "\n";
    if (!row.inherent.empty()) text += "  - Inherent: " + escaped(row.inherent) + "\n";
    if (!row.sources.empty()) {
        text += "  - Sources:";
        for (std::size_t i = 0; i < row.sources.size(); ++i) text += (i > 0 ? "; " : " ") + escaped(row.sources[i]);
        text += '\n';
    }
}

}  // namespace

std::string markdown(const Report& observed) {
    const Report report = for_terminal(observed);  // a line break or another control character would leave its cell
    std::string text;
    heading(text, "#", "What the " + std::string(word(report.of)) + " do");
    text +=
        "`*` the engines differ; `^` the systems' own calls (native) differ and the engines agree; `!` outside of the "
        "contract; `~` a known deviation of that system; `n/a` makes no sense there; `\u2013` not run.\n";
    const auto sentences = tellings(report, told);
    if (!sentences.empty()) heading(text, "##", "The most telling differences");
    for (const Telling& telling : sentences) text += "1. " + escaped(telling.sentence) + "\n";
    for (const Group& group : groups(report)) {
        heading(text, "##", group.name.empty() ? "Behaviours" : capital(group.name));
        print_table(text, report, group);
        text += '\n';
        for (const Row* row : group.rows) print_notes(text, report, *row);
    }
    if (!report.absent.empty()) heading(text, "##", "Engines that can't run");
    for (const Absent& absent : report.absent) {
        text += "- " + escaped(absent.column.system + " " + absent.column.engine + ": " + absent.reason) + "\n";
    }
    return text;
}

}  // namespace compare
