// Programs that break a rule of Pier's: each runs in a process of its own and ends with a sentence that says what it
// did.
#pragma once

#include <string_view>

namespace contract {

// In the child: runs the program of that name, and returns when nothing stopped it. False: there is none.
using RunMisuse = bool (*)(std::string_view name);

// Set before main() by the source that has those programs; null in an executable without it.
extern RunMisuse run_misuse;

}  // namespace contract
