// A report as text for people.
#pragma once

#include "report/report.hpp"

#include <pier/cli/colour.hpp>

#include <cstddef>
#include <string>

namespace compare {

// Behaviours as rows in their groups, engines as columns, in as many blocks as the width needs; below it the legend,
// what is to be said of marked cells, what is inherent, and what makes no sense where.
[[nodiscard]] std::string table(const Report& report, std::size_t width, const pier::Painter& paint);

}  // namespace compare
