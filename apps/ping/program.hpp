#pragma once

#include <string_view>

namespace ping {

inline constexpr std::string_view program = "pier-ping";

}  // namespace ping
