// A report as text for people.
#pragma once

#include "report.hpp"

#include <cstddef>
#include <string>

namespace compare {

// Behaviours as rows, engines as columns, in as many blocks as the width needs; below it the legend, and what is to be
// said of marked cells.
[[nodiscard]] std::string table(const Report& report, std::size_t width);

}  // namespace compare
