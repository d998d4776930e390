// What has changed from one report to another.
#pragma once

#include "report/report.hpp"

#include <pier/cli/colour.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace compare {

// Columns in which a behaviour changed in the same way.
struct Change {
    std::string id;
    std::string before;  // an outcome, empty where it was not run
    std::string after;
    bool breaks = false;  // a promise that was not broken before
    bool mends = false;   // one that was
    bool barred = false;  // the system's own calls could not be made, for want of privileges, say
    std::string promise;  // the outcomes that the contract allows, where it breaks one
    std::vector<Column> columns;
};

struct Difference {
    std::vector<Change> changes;  // of behaviours and columns that both have
    std::vector<Column> new_columns;
    std::vector<Column> gone_columns;
    std::vector<Absent> absent_columns;  // gone, and the newer report tells why: their engine can't run there
    std::vector<std::string> new_rows;
    std::vector<std::string> gone_rows;

    // A promise that the older report does not show as broken is broken in the newer one.
    [[nodiscard]] bool breaks_a_promise() const noexcept;
    // Anything but engines that could not run and native calls that could not be made.
    [[nodiscard]] bool any() const noexcept;
};

[[nodiscard]] Difference difference(const Report& before, const Report& after);

// A line each, and one that counts them.
[[nodiscard]] std::string text_of(const Difference& difference, std::size_t width, const pier::Painter& paint);

}  // namespace compare
