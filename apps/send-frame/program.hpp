#pragma once

#include <string_view>

namespace send_frame {

inline constexpr std::string_view program = "pier-send-frame";

}  // namespace send_frame
