// Receiving the datagrams of a group.
#pragma once

#include "options.hpp"

#include <pier/task.hpp>

namespace multicast {

// The exit status, when everything has been said. The statistics are printed also where the task was cancelled.
[[nodiscard]] pier::Task<int> receive(const Options& options);

}  // namespace multicast
