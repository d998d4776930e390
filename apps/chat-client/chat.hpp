// The tasks of the client: keyboard and network at once.
#pragma once

#include "options.hpp"

#include <pier/task.hpp>

namespace chat_client {

// Joins, talks until the user or the server ends it, and gives the exit status. What went wrong has been said on
// stderr.
pier::Task<int> run(const Options& options);

}  // namespace chat_client
