// The program, the command line and the environment of a new process.
#pragma once

#include <pier/process/options.hpp>
#include <pier/result.hpp>

#include <string>

namespace pier::win32 {

// Its absolute path. Errors: program_not_found; not_executable for a batch file; permission_denied for a folder;
// invalid_argument for what is no UTF-8, here and below.
[[nodiscard]] Result<std::wstring> find_program(const ProcessOptions& options);

// Errors: argument_list_too_long.
[[nodiscard]] Result<std::wstring> command_line_of(const ProcessOptions& options);

// For CREATE_UNICODE_ENVIRONMENT: sorted, each variable with a NUL behind it, and one more.
[[nodiscard]] Result<std::wstring> environment_of(const ProcessOptions& options);

}  // namespace pier::win32
