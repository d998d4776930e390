// What was observed: a table of behaviours by engines, of one system or several.
#pragma once

#include <string>
#include <vector>

namespace compare {

struct Column {
    std::string system;
    std::string engine;

    friend bool operator==(const Column&, const Column&) = default;
};

struct Cell {
    std::string outcome;  // empty: this behaviour was not run there
    std::string detail;   // for people
    bool in_contract = true;
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

struct Report {
    std::vector<Column> columns;
    std::vector<Row> rows;
    std::vector<Absent> absent;
};

enum class Mark : char {
    none = ' ',
    broken = '!',  // outside of the contract
    known = '~',   // outside of it, and listed as the system's own deviation
};

[[nodiscard]] Mark mark(const Report& report, const Row& row, std::size_t column);
// Whether the engines of a row differ.
[[nodiscard]] bool differs(const Row& row);
// Whether any cell is marked as broken: the exit status of the program.
[[nodiscard]] bool broken(const Report& report);

// One table of them all, behaviours in the order of their first appearance. Systems of the same name are numbered.
[[nodiscard]] Report merge(std::vector<Report> reports);

}  // namespace compare
