#pragma once

#include <string_view>

namespace ipc {

inline constexpr std::string_view program = "pier-ipc";

}  // namespace ipc
