// A report for people who read it in a repository or an issue.
#pragma once

#include "report/report.hpp"

#include <string>

namespace compare {

// Groups as headings, each with a table of its behaviours by engines, and notes below.
[[nodiscard]] std::string markdown(const Report& report);

}  // namespace compare
