#pragma once

#include <string_view>

namespace interfaces {

inline constexpr std::string_view program = "pier-interfaces";

}  // namespace interfaces
