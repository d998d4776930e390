// `pier-compare trace`: runs a behaviour under each engine with its steps told, or puts traces together.
#pragma once

#include "trace/trace.hpp"
#include "trace/trace_options.hpp"

#include <expected>
#include <string>

namespace compare {

// Or a sentence about a file that is no trace.
[[nodiscard]] std::expected<Trace, std::string> trace(const TraceOptions& options);

}  // namespace compare
