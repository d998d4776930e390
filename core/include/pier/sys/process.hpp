// The process: its arguments and how it begins.
// Resolved by the linker: exactly one backend defines it. Any thread may call it unless it says otherwise, and it
// doesn't block unless it says so. Errors are Pier's conditions with the system's number.
#pragma once

#include <string>
#include <vector>

namespace pier::sys {

// main()'s arguments in UTF-8 (on Windows taken from the wide command line; argc and argv are ignored there).
[[nodiscard]] std::vector<std::string> arguments(int argc, char** argv);

// What ProcessOptions::program has to be to start this program once more. Errors: none; throws std::bad_alloc.
[[nodiscard]] std::string own_program();

// For a program's start: UTF-8 and binary standard streams on Windows; on POSIX as many descriptors as the hard limit
// allows, what start_up() does for standard streams, and SIGPIPE ignored unless it has a handler.
void prepare_process() noexcept;

// Writing to a pipe or socket that nobody reads is an error and not the end of the process, unless the program has a
// handler for SIGPIPE. Nothing on Windows, which has no such signal.
void ignore_broken_pipe_signal() noexcept;

}  // namespace pier::sys
