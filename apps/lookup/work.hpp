// Many words, several at a time.
#pragma once

#include "options.hpp"

#include <pier/task.hpp>

namespace lookup {

inline constexpr int output_status = 1;

// Prints the answers in the order of the words, each as soon as it and all before it are there. The program's exit
// status.
[[nodiscard]] pier::Task<int> work(const Options& options);

}  // namespace lookup
