// What crashed programs have left behind.
#pragma once

#include "options.hpp"

namespace ipc {

// Lists it, and removes it unless that was not wanted. The exit status.
[[nodiscard]] int clean(const Options& options);

}  // namespace ipc
