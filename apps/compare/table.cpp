#include "table.hpp"

#include "deviations.hpp"

#include <pier/printable.hpp>

#include <algorithm>
#include <map>
#include <string_view>

namespace compare {
namespace {

constexpr std::size_t gap = 2;
constexpr const char* absent_cell = "-";

std::string padded(std::string text, std::size_t width) {
    if (text.size() < width) text.append(width - text.size(), ' ');
    return text;
}

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

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : " or ") + word;
    return text;
}

class Table {
public:
    Table(const Report& report, std::size_t width) : report_(report), width_(width) {
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

    void block(std::string& text, std::size_t first, std::size_t end) const {
        std::string line = padded("", label_ + gap);
        for (std::size_t i = first; i < end;) {
            std::size_t width = 0;
            const std::string& system = report_.columns[i].system;
            for (; i < end && report_.columns[i].system == system; ++i) width += widths_[i];
            line += padded(system.size() + gap <= width ? system : system.substr(0, width - gap), width);
        }
        end_line(line);
        text += line;
        line = padded("  behaviour", label_ + gap);
        for (std::size_t i = first; i < end; ++i) line += padded(report_.columns[i].engine, widths_[i]);
        end_line(line);
        text += line;
        for (const Row& row : report_.rows) {
            line = padded((differs(row) ? "* " : "  ") + row.id, label_ + gap);
            for (std::size_t i = first; i < end; ++i) line += padded(cell_text(report_, row, i), widths_[i]);
            end_line(line);
            text += line;
        }
    }

    const Report& report_;
    const std::size_t width_;
    std::size_t label_ = std::string_view("  behaviour").size();
    std::vector<std::size_t> widths_;
};

// Breaks at spaces; further lines are indented.
void wrap(std::string& text, const std::string& sentence, std::size_t width) {
    std::size_t column = 0;
    for (std::size_t at = 0; at < sentence.size();) {
        std::size_t end = std::min(sentence.find(' ', at), sentence.size());
        if (column > 0 && column + 1 + (end - at) > width) {
            text += "\n    ";
            column = 4;
        } else if (column > 0) {
            text += ' ';
            ++column;
        }
        text.append(sentence, at, end - at);
        column += end - at;
        at = end + 1;
    }
    text += '\n';
}

// What was seen outside of the contract, with all the columns that agree in it.
void explain(std::string& text, const Report& report, const Row& row, std::size_t width) {
    std::map<std::pair<char, std::string>, std::vector<std::size_t>> marked;
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
        const Mark sign = mark(report, row, i);
        if (sign != Mark::none) marked[{static_cast<char>(sign), row.cells[i].outcome}].push_back(i);
    }
    for (const auto& [what, columns] : marked) {
        const auto& [sign, outcome] = what;
        std::string where;
        for (std::size_t i : columns) {
            const Column& column = report.columns[i];
            where += (where.empty() ? "" : ", ") + column.system + " " + column.engine;
        }
        std::string sentence = std::string(1, sign) + " " + row.id + ": " + outcome + " on " + where;
        if (sign == static_cast<char>(Mark::known)) {
            sentence += ": " + std::string(known_deviation(report.columns[columns.front()].system, row.id, outcome));
        } else {
            sentence += "; the contract: " + joined(row.contract);
            if (!row.blocking_contract.empty())
                sentence += " (engines that block: " + joined(row.blocking_contract) + ")";
            const std::string& detail = row.cells[columns.front()].detail;
            if (!detail.empty()) sentence += "; " + detail;
        }
        wrap(text, sentence, width);
    }
}

// A report of a file may hold anything.
Report for_terminal(Report report) {
    auto clean = [](std::string& text) { text = pier::printable(text); };
    auto clean_column = [&](Column& column) {
        clean(column.system);
        clean(column.engine);
    };
    std::ranges::for_each(report.columns, clean_column);
    for (Row& row : report.rows) {
        clean(row.id);
        std::ranges::for_each(row.contract, clean);
        std::ranges::for_each(row.blocking_contract, clean);
        for (Cell& cell : row.cells) {
            clean(cell.outcome);
            clean(cell.detail);
        }
    }
    for (Absent& absent : report.absent) {
        clean_column(absent.column);
        clean(absent.reason);
    }
    return report;
}

}  // namespace

std::string table(const Report& observed, std::size_t width) {
    const Report report = for_terminal(observed);
    std::string text = Table(report, width).print();
    text += '\n';
    wrap(text, "* the engines differ   ! outside of Pier's contract   ~ a known deviation of that system", width);
    for (const Row& row : report.rows) explain(text, report, row, width);
    for (const Absent& absent : report.absent) {
        wrap(text, absent.column.engine + " can't run on " + absent.column.system + ": " + absent.reason, width);
    }
    return text;
}

}  // namespace compare
