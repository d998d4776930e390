#pragma once

#include <string_view>

namespace sockopt {

inline constexpr std::string_view program = "pier-sockopt";

}  // namespace sockopt
