// Runs the table of models.
#pragma once

#include "report/report.hpp"

#include <string>

namespace compare {

// A column for each model, of a system of this name. BLOCKS until all is run: servers of this program, one after the
// other, each for one cell.
[[nodiscard]] Report observe_models(const std::string& system);

}  // namespace compare
