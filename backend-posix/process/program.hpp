// The program and the environment of a new process.
#pragma once

#include <pier/process/options.hpp>
#include <pier/result.hpp>

#include <string>
#include <vector>

namespace pier::posix {

// The path to execute, whatever directory the child has. Errors: program_not_found, permission_denied.
[[nodiscard]] Result<std::string> find_program(const ProcessOptions& options);

// "NAME=VALUE" each; of a name that stands twice among the changes the last one counts.
[[nodiscard]] std::vector<std::string> environment_of(const ProcessOptions& options);

}  // namespace pier::posix
