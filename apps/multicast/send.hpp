// Sending datagrams to a group.
#pragma once

#include "options.hpp"

#include <pier/task.hpp>

namespace multicast {

// The exit status, when everything has been said.
[[nodiscard]] pier::Task<int> send(const Options& options);

}  // namespace multicast
