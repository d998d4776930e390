// Connecting, and the conversations that follow.
#pragma once

#include "options.hpp"

#include <pier/task.hpp>

namespace nc {

// One port after the other, and of each the first address that answers in a race of IPv6 and IPv4. The exit status.
[[nodiscard]] pier::Task<int> connect(const Options& options);

}  // namespace nc
