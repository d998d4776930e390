#include "report/diff.hpp"

#include "report/wrap.hpp"

#include <algorithm>
#include <optional>

namespace compare {
namespace {

std::string name_of(const Column& column) { return column.system + " " + column.engine; }

const Row* find(const Report& report, const std::string& id) {
    auto found = std::ranges::find(report.rows, id, &Row::id);
    return found == report.rows.end() ? nullptr : &*found;
}

std::optional<std::size_t> find(const Report& report, const Column& column) {
    auto found = std::ranges::find(report.columns, column);
    if (found == report.columns.end()) return std::nullopt;
    return static_cast<std::size_t>(found - report.columns.begin());
}

void compare_columns(Difference& difference, const Report& before, const Report& after) {
    for (const Column& column : before.columns) {
        if (find(after, column)) continue;
        auto absent = std::ranges::find(after.absent, column, &Absent::column);
        if (absent != after.absent.end()) {
            difference.absent_columns.push_back(*absent);
        } else {
            difference.gone_columns.push_back(column);
        }
    }
    for (const Column& column : after.columns) {
        if (!find(before, column)) difference.new_columns.push_back(column);
    }
}

// Of one behaviour in one column of both.
std::optional<Change> change(const Report& before, const Row& old_row, std::size_t old_column, const Report& after,
                             const Row& new_row, std::size_t new_column) {
    const std::string& was = old_row.cells[old_column].outcome;
    const std::string& is = new_row.cells[new_column].outcome;
    const bool was_broken = mark(before, old_row, old_column) == Mark::broken;
    const bool is_broken = mark(after, new_row, new_column) == Mark::broken;
    if (was == is && (was_broken == is_broken || !before.judged || !after.judged)) return std::nullopt;
    Change change{.id = new_row.id, .before = was, .after = is, .promise = {}, .columns = {}};
    change.breaks = is_broken && !was_broken && !was.empty();
    change.mends = was_broken && !is_broken && !is.empty();
    change.barred = is == inapplicable && after.columns[new_column].is_native();
    if (is_broken) change.promise = contract_text(new_row);
    return change;
}

void compare_rows(Difference& difference, const Report& before, const Report& after) {
    for (const Row& row : before.rows) {
        if (find(after, row.id) == nullptr) difference.gone_rows.push_back(row.id);
    }
    for (const Row& row : after.rows) {
        const Row* old_row = find(before, row.id);
        if (old_row == nullptr) {
            difference.new_rows.push_back(row.id);
            continue;
        }
        const auto first = static_cast<std::ptrdiff_t>(difference.changes.size());
        for (std::size_t i = 0; i < after.columns.size(); ++i) {
            const auto old_column = find(before, after.columns[i]);
            if (!old_column) continue;
            auto found = change(before, *old_row, *old_column, after, row, i);
            if (!found) continue;
            auto same =
                std::find_if(difference.changes.begin() + first, difference.changes.end(), [&](const Change& other) {
                    return other.before == found->before && other.after == found->after &&
                           other.breaks == found->breaks && other.mends == found->mends &&
                           other.barred == found->barred;
                });
            if (same == difference.changes.end()) same = difference.changes.insert(same, std::move(*found));
            same->columns.push_back(after.columns[i]);
        }
    }
}

std::string sentence(const Change& change) {
    std::string where;
    for (const Column& column : change.columns) where += (where.empty() ? "" : ", ") + name_of(column);
    auto word = [](const std::string& outcome) { return outcome.empty() ? std::string("not run") : outcome; };
    std::string text = change.id + ": " + word(change.before) + " -> " + word(change.after) + " on " + where;
    if (change.breaks) return text + "; this breaks the promise: " + change.promise;
    if (change.mends) return text + "; the promise is kept again";
    if (!change.promise.empty()) return text + "; outside of the contract: " + change.promise;
    return text;
}

std::string count(std::size_t number, const char* one, const char* more) {
    return std::to_string(number) + " " + (number == 1 ? one : more);
}

}  // namespace

bool Difference::breaks_a_promise() const noexcept { return std::ranges::any_of(changes, &Change::breaks); }

bool Difference::any() const noexcept {
    return std::ranges::any_of(changes, [](const Change& change) { return !change.barred; }) || !new_columns.empty() ||
           !gone_columns.empty() || !new_rows.empty() || !gone_rows.empty();
}

Difference difference(const Report& before, const Report& after) {
    Difference difference;
    compare_columns(difference, before, after);
    compare_rows(difference, before, after);
    return difference;
}

std::string text_of(const Difference& difference, std::size_t width, const pier::Painter& paint) {
    std::string text;
    auto line = [&](pier::Colour colour, const std::string& words) {
        std::string wrapped;
        wrap(wrapped, words, width);
        text += paint(colour, std::move(wrapped));
    };
    std::size_t outcomes = 0;
    std::size_t broken = 0;
    for (const Change& change : difference.changes) {
        const char* sign = change.breaks ? "! " : change.mends ? "= " : "~ ";
        line(change.breaks  ? pier::Colour::red
             : change.mends ? pier::Colour::green
                            : pier::Colour::none,
             sign + sentence(change));
        outcomes += change.columns.size();
        if (change.breaks) broken += change.columns.size();
    }
    for (const std::string& id : difference.gone_rows) line(pier::Colour::none, "- behaviour " + id);
    for (const std::string& id : difference.new_rows) line(pier::Colour::none, "+ behaviour " + id);
    for (const Column& column : difference.gone_columns) line(pier::Colour::none, "- column " + name_of(column));
    for (const Absent& absent : difference.absent_columns) {
        line(pier::Colour::faint, "- column " + name_of(absent.column) + ", which can't run: " + absent.reason);
    }
    for (const Column& column : difference.new_columns) line(pier::Colour::none, "+ column " + name_of(column));
    std::string sum = count(outcomes, "outcome has", "outcomes have") + " changed, " +
                      count(broken, "promise is", "promises are") + " newly broken";
    const std::size_t rows = difference.new_rows.size() + difference.gone_rows.size();
    const std::size_t columns = difference.new_columns.size() + difference.gone_columns.size();
    if (rows > 0) sum += ", " + count(rows, "behaviour has", "behaviours have") + " come or gone";
    if (columns > 0) sum += ", " + count(columns, "column has", "columns have") + " come or gone";
    line(pier::Colour::strong, sum);
    return text;
}

}  // namespace compare
