// Which ports are open: -z.
#pragma once

#include "options.hpp"

#include <pier/task.hpp>

namespace nc {

// Several at a time, told in the order of the command line. The exit status: 0 when a port is open.
[[nodiscard]] pier::Task<int> scan(const Options& options);

}  // namespace nc
