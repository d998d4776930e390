// A trace as JSON, for merging and for other programs.
#pragma once

#include "trace/trace.hpp"

#include <expected>
#include <optional>
#include <string>

namespace compare {

[[nodiscard]] std::string to_json(const Trace& trace);

// Or a sentence that says what is wrong with the text.
[[nodiscard]] std::expected<Trace, std::string> trace_from_json(const std::string& text);

// One step in one line without its end, between the runner and its process.
[[nodiscard]] std::string to_line(const Step& step);
[[nodiscard]] std::optional<Step> step_from_line(const std::string& line);

}  // namespace compare
