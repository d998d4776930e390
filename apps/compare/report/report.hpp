// What was observed: a table of behaviours by engines, of one system or several.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace compare {

// The engine of a column that holds what the system's own calls do, without Pier. Nobody promises anything there.
inline constexpr std::string_view native_engine = "native";
// The outcome of a behaviour that makes no sense in that column; the detail tells why. It is neither judged nor
// compared.
inline constexpr std::string_view inapplicable = "n/a";

struct Column {
    std::string system;
    std::string engine;

    [[nodiscard]] bool is_native() const noexcept { return engine == native_engine; }
    friend bool operator==(const Column&, const Column&) = default;
};

struct Cell {
    std::string outcome;  // empty: this behaviour was not run there
    std::string detail;   // for people
    bool in_contract = true;

    [[nodiscard]] bool is_observed() const noexcept { return !outcome.empty() && outcome != inapplicable; }
};

struct Row {
    std::string id;
    std::string question;
    std::vector<std::string> contract;
    std::vector<std::string> blocking_contract;
    std::vector<Cell> cells{};  // one a column
    std::string group{};
    std::vector<std::string> steps{};  // what is done, in sentences
    std::string promise{};             // what Pier promises
    std::vector<std::string> sources{};
    std::string inherent{};  // why a difference can't be hidden
};

// An engine of the build that the system can't run.
struct Absent {
    Column column;
    std::string reason;
};

// What the columns are, by the words that stand in sentences about them.
enum class ColumnsOf : std::uint8_t { engines, models };
[[nodiscard]] constexpr std::string_view word(ColumnsOf of) noexcept {
    return of == ColumnsOf::models ? "models" : "engines";
}

struct Report {
    ColumnsOf of = ColumnsOf::engines;
    std::vector<Column> columns;
    std::vector<Row> rows;
    std::vector<Absent> absent;
    bool judged = true;  // false: outcomes alone, of which nobody said whether they are in the contract
};

enum class Mark : char {
    none = ' ',
    broken = '!',  // outside of the contract
    known = '~',   // outside of it, and listed as the system's own deviation
};

[[nodiscard]] Mark mark(const Report& report, const Row& row, std::size_t column);
// Why a cell is so that is outside of the contract; empty where it is no known deviation.
[[nodiscard]] std::string_view reason_of_deviation(const Report& report, const Row& row, std::size_t column);
// Whether the engines of a row differ. What native calls do does not count.
[[nodiscard]] bool differs(const Report& report, const Row& row);
// Whether native calls of different systems differ in a row in which the engines agree: what Pier is for.
[[nodiscard]] bool evened_out(const Report& report, const Row& row);
// Whether any cell is marked as broken: the exit status of the program.
[[nodiscard]] bool broken(const Report& report);

// Only the rows in which engines differ, or an outcome is outside of the contract.
[[nodiscard]] Report only_differences(Report report);

// Rows in the order of the groups' first appearance. Where no row has a group, there is one without a name.
struct Group {
    std::string name;
    std::vector<const Row*> rows;
};
[[nodiscard]] std::vector<Group> groups(const Report& report);

// Cells that have the same to be said of them: outside of the contract, by mark and outcome, or not applicable, by
// reason.
struct Note {
    char sign = 0;  // a Mark, or '-' where the behaviour makes no sense
    std::string outcome;
    std::string reason;  // of a known deviation, or why the behaviour makes no sense; else the detail
    std::vector<std::size_t> columns;
};
[[nodiscard]] std::vector<Note> notes(const Report& report, const Row& row);

// "linux poll, linux select"
[[nodiscard]] std::string names(const Report& report, const std::vector<std::size_t>& columns);
// "reset or end"; with what engines that block are allowed, where that is something else.
[[nodiscard]] std::string contract_text(const Row& row);

// One table of them all, behaviours in the order of their first appearance. Systems of the same name are numbered.
[[nodiscard]] Report merge(std::vector<Report> reports);

}  // namespace compare
