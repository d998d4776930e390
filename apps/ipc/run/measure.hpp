// Measures a kind: what it moves, and how long an answer takes.
#pragma once

#include "options.hpp"
#include "report/results.hpp"

#include <pier/stop.hpp>

namespace ipc {

// What went wrong is in the report. `requests` ends it at the user's wish; may be null.
[[nodiscard]] pier::Task<KindReport> measure(const Kind& kind, const Options& options, pier::StopRequests* requests);

}  // namespace ipc
