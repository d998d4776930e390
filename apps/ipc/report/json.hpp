// What was measured, for programs.
#pragma once

#include "report/results.hpp"

#include <span>
#include <string>
#include <string_view>

namespace ipc {

[[nodiscard]] std::string json(std::span<const KindReport> reports, const Waiting& waiting);

}  // namespace ipc
