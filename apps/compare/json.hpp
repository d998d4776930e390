// A report as JSON, for merging and for other programs.
#pragma once

#include "report.hpp"

#include <expected>
#include <string>

namespace compare {

[[nodiscard]] std::string to_json(const Report& report);

// Or a sentence that says what is wrong with the text.
[[nodiscard]] std::expected<Report, std::string> from_json(const std::string& text);

}  // namespace compare
