#include "report/wrap.hpp"

#include <pier/cli/printable.hpp>

#include <algorithm>

namespace compare {

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

Report for_terminal(Report report) {
    auto clean = [](std::string& text) { text = pier::printable(text); };
    auto clean_column = [&](Column& column) {
        clean(column.system);
        clean(column.engine);
    };
    std::ranges::for_each(report.columns, clean_column);
    for (Row& row : report.rows) {
        for (std::string* text : {&row.id, &row.question, &row.group, &row.promise, &row.inherent}) clean(*text);
        for (auto* texts : {&row.contract, &row.blocking_contract, &row.steps, &row.sources}) {
            std::ranges::for_each(*texts, clean);
        }
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

}  // namespace compare
