#pragma once

#include <string_view>

namespace arp_scan {

inline constexpr std::string_view program = "pier-arp-scan";

}  // namespace arp_scan
