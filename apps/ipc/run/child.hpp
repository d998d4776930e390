// The second process: this program, started by itself, which does as it is told.
#pragma once

#include <optional>

namespace ipc {

// Its exit status; nothing where this is the program of a user.
[[nodiscard]] std::optional<int> run_as_child(int argc, char** argv);

}  // namespace ipc
