// What a report says, in sentences.
#pragma once

#include "report/report.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace compare {

// About one row, such as "Reset before receive: Linux's engines say reset, Wine's say end."
struct Telling {
    std::string id;
    std::string sentence;
};

// The most telling ones first: where systems differ and Pier's engines agree, then what is inherent, then where engines
// differ. Rows in which nothing differs have no sentence.
[[nodiscard]] std::vector<Telling> tellings(const Report& report, std::size_t most);

}  // namespace compare
