// What the helper of the tests of processes knows of its system.
#pragma once

#include <string>
#include <vector>

namespace helper {

// Its arguments behind the program's name, by somebody else's rules than Pier's where there are any: on Windows shell32
// takes the command line apart.
std::vector<std::string> arguments(int argc, char** argv);

// What this process has open besides its standard streams, a number a line (POSIX); nothing where the system has no
// list.
std::string open_handles();

// Does to those handles what their owner would notice.
void touch(const std::vector<std::string>& handles);

// "blocked 0 ignored 0 caught 0", the sets of signals as the system shows them.
std::string signals();

// Ends this process by a fault of memory.
[[noreturn]] void crash();

// From now on the system refuses a new process, or a new handle, to this one. False where it can't be made to.
bool allow_no_process();
bool allow_no_handle();

}  // namespace helper
