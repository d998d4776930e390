// What was measured, for people.
#pragma once

#include "report/results.hpp"

#include <span>
#include <string>
#include <string_view>

namespace ipc {

// A row a kind, with two more beneath it where bare system calls were measured, too.
[[nodiscard]] std::string table(std::span<const KindReport> reports, const Waiting& waiting);

}  // namespace ipc
