#pragma once

#include <string_view>

namespace sniff {

inline constexpr std::string_view program = "pier-sniff";

}  // namespace sniff
