// Waiting for others, and the conversations that follow.
#pragma once

#include "options.hpp"

#include <pier/task.hpp>

namespace nc {

// One client, or with -k one after the other. The exit status.
[[nodiscard]] pier::Task<int> listen(const Options& options);

}  // namespace nc
