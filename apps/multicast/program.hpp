#pragma once

#include <string_view>

namespace multicast {

inline constexpr std::string_view program = "pier-multicast";

}  // namespace multicast
