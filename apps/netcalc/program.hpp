#pragma once

#include <string_view>

namespace netcalc {

inline constexpr std::string_view program = "pier-netcalc";

}  // namespace netcalc
