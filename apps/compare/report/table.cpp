#include "report/table.hpp"

#include "report/wrap.hpp"

#include <algorithm>
#include <map>
#include <string_view>

namespace compare {
namespace {

constexpr std::size_t gap = 2;
constexpr const char* absent_cell = "-";

std::string padding(std::size_t used, std::size_t width) { return std::string(used < width ? width - used : 0, ' '); }

std::string padded(const std::string& text, std::size_t width) { return text + padding(text.size(), width); }

void end_line(std::string& text) {
    while (!text.empty() && text.back() == ' ') text.pop_back();
    text += '\n';
}

std::string cell_text(const Report& report, const Row& row, std::size_t column) {
    const Cell& cell = row.cells[column];
    if (cell.outcome.empty()) return absent_cell;
    const Mark sign = mark(report, row, column);
    return sign == Mark::none ? cell.outcome : cell.outcome + ' ' + static_cast<char>(sign);
}

pier::Colour cell_colour(const Report& report, const Row& row, std::size_t column) {
    const Mark sign = mark(report, row, column);
    if (sign == Mark::broken) return pier::Colour::red;
    if (sign == Mark::known) return pier::Colour::magenta;
    if (!row.cells[column].is_observed()) return pier::Colour::faint;
    return report.columns[column].is_native() ? pier::Colour::cyan : pier::Colour::none;
}

std::string row_sign(const Report& report, const Row& row) {
    return differs(report, row) ? "* " : evened_out(report, row) ? "^ " : "  ";
}

class Table {
public:
    Table(const Report& report, std::size_t width, const pier::Painter& paint)
        : report_(report), groups_(groups(report)), width_(width), paint_(paint) {
        for (const Row& row : report.rows) label_ = std::max(label_, row.id.size() + 2);
        for (std::size_t i = 0; i < report.columns.size(); ++i) {
            std::size_t widest = report.columns[i].engine.size();
            for (const Row& row : report.rows) widest = std::max(widest, cell_text(report, row, i).size());
            widths_.push_back(widest + gap);
        }
        make_room_for_systems();
    }

    std::string print() {
        std::string text;
        for (std::size_t first = 0; first < report_.columns.size();) {
            std::size_t end = first;
            std::size_t used = label_ + gap;
            while (end < report_.columns.size() && (end == first || used + widths_[end] <= width_ + gap)) {
                used += widths_[end++];
            }
            if (first > 0) text += '\n';
            block(text, first, end);
            first = end;
        }
        return text;
    }

private:
    // A system's name stands above its first column, over as many as it has.
    void make_room_for_systems() {
        const auto& columns = report_.columns;
        for (std::size_t i = 0; i < columns.size();) {
            const std::string& system = columns[i].system;
            std::size_t width = 0;
            for (; i < columns.size() && columns[i].system == system; ++i) width += widths_[i];
            if (width < system.size() + gap) widths_[i - 1] += system.size() + gap - width;
        }
    }

    void head(std::string& text, std::size_t first, std::size_t end) const {
        std::string line = padding(0, label_ + gap);
        for (std::size_t i = first; i < end;) {
            std::size_t width = 0;
            const std::string& system = report_.columns[i].system;
            for (; i < end && report_.columns[i].system == system; ++i) width += widths_[i];
            line += padded(system.size() + gap <= width ? system : system.substr(0, width - gap), width);
        }
        end_line(line);
        text += paint_(pier::Colour::strong, line);
        line = padded("  behaviour", label_ + gap);
        for (std::size_t i = first; i < end; ++i) line += padded(report_.columns[i].engine, widths_[i]);
        end_line(line);
        text += paint_(pier::Colour::strong, line);
    }

    void block(std::string& text, std::size_t first, std::size_t end) const {
        head(text, first, end);
        for (const Group& group : groups_) {
            if (!group.name.empty()) text += paint_(pier::Colour::strong, group.name) + '\n';
            for (const Row* row : group.rows) {
                std::string line = padded(row_sign(report_, *row) + row->id, label_ + gap);
                for (std::size_t i = first; i < end; ++i) {
                    const std::string cell = cell_text(report_, *row, i);
                    line += paint_(cell_colour(report_, *row, i), cell) + padding(cell.size(), widths_[i]);
                }
                end_line(line);
                text += line;
            }
        }
    }

    const Report& report_;
    const std::vector<Group> groups_;
    const std::size_t width_;
    const pier::Painter& paint_;
    std::size_t label_ = std::string_view("  behaviour").size();
    std::vector<std::size_t> widths_;
};

// What was seen outside of the contract, with all the columns that agree in it.
void explain(std::string& text, const Report& report, const Row& row, std::size_t width) {
    for (const Note& note : notes(report, row)) {
        if (note.sign == '-') continue;
        std::string sentence =
            std::string(1, note.sign) + " " + row.id + ": " + note.outcome + " on " + names(report, note.columns);
        if (note.sign == static_cast<char>(Mark::broken)) sentence += "; the contract: " + contract_text(row);
        if (!note.reason.empty()) sentence += (note.sign == static_cast<char>(Mark::known) ? ": " : "; ") + note.reason;
        wrap(text, sentence, width);
    }
}

void list_inherent(std::string& text, const Report& report, std::size_t width) {
    bool first = true;
    for (const Row& row : report.rows) {
        if (row.inherent.empty()) continue;
        if (first) text += "\nInherent, so that no layer can hide it:\n";
        first = false;
        wrap(text, row.id + ": " + row.inherent, width);
    }
}

// Behaviours that make no sense in the same columns for the same reason share a sentence.
void list_not_applicable(std::string& text, const Report& report, std::size_t width) {
    std::map<std::pair<std::string, std::string>, std::string> all;
    for (const Row& row : report.rows) {
        for (const Note& note : notes(report, row)) {
            if (note.sign != '-') continue;
            std::string& ids = all[{note.reason, names(report, note.columns)}];
            ids += (ids.empty() ? "" : ", ") + row.id;
        }
    }
    if (!all.empty()) text += "\nNot applicable:\n";
    for (const auto& [what, ids] : all) {
        wrap(text, ids + " on " + what.second + ": " + (what.first.empty() ? "no reason given" : what.first), width);
    }
}

}  // namespace

std::string table(const Report& observed, std::size_t width, const pier::Painter& paint) {
    const Report report = for_terminal(observed);
    std::string text = Table(report, width, paint).print();
    text += '\n';
    const bool native = std::ranges::any_of(report.columns, &Column::is_native);
    wrap(text,
         "* the " + std::string(word(report.of)) + " differ   " +
             (native ? "^ native calls differ, the engines agree   " : "") +
             "! outside of Pier's contract   ~ a known deviation of that system",
         width);
    for (const Row& row : report.rows) explain(text, report, row, width);
    list_inherent(text, report, width);
    list_not_applicable(text, report, width);
    for (const Absent& absent : report.absent) {
        wrap(text, absent.column.engine + " can't run on " + absent.column.system + ": " + absent.reason, width);
    }
    return text;
}

}  // namespace compare
