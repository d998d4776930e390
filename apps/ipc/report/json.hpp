// What was measured, for programs.
#pragma once

#include "report/results.hpp"

#include <span>
#include <string>
#include <string_view>

namespace ipc {

[[nodiscard]] std::string json(std::span<const KindReport> reports, std::string_view engine);

}  // namespace ipc
