// This program as the other process of a case: `--child=WHERE`.
#pragma once

#include <string_view>

namespace contract {

// Whether it has done what it is for. Called instead of the cases.
using RunChild = bool (*)(std::string_view where);
extern constinit RunChild run_child;  // null: no case has another process

}  // namespace contract
