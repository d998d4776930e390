// The way to a host, router by router.
#pragma once

#include "options.hpp"

#include <pier/task.hpp>

namespace ping {

// Prints a line for each hop, and gives the exit status: 0 if the host, or who keeps probes from it, was reached.
[[nodiscard]] pier::Task<int> trace(const Options& options);

}  // namespace ping
