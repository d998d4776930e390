// One file, from the server to its final name.
#pragma once

#include "options.hpp"
#include "program.hpp"

#include <pier/task.hpp>

#include <string>

namespace file_client {

// `name` is one of the protocol.
[[nodiscard]] pier::Task<Outcome> download(const Options& options, std::string name);

}  // namespace file_client
