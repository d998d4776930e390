// A report as JSON, for merging and for other programs.
#pragma once

#include "report/report.hpp"

#include <expected>
#include <string>

namespace compare {

[[nodiscard]] std::string to_json(const Report& report);

// Outcomes alone, a line each: what is expected of a system, kept under version control and compared by `diff`.
[[nodiscard]] std::string outcomes_to_json(const Report& report);

// Of either. Or a sentence that says what is wrong with the text.
[[nodiscard]] std::expected<Report, std::string> from_json(const std::string& text);

}  // namespace compare
