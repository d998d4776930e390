// A report as one self-contained page: nothing is fetched, and every text of the report stays text.
#pragma once

#include "report/report.hpp"

#include <string>

namespace compare {

[[nodiscard]] std::string html(const Report& report);

}  // namespace compare
