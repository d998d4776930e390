// The same for programs.
#pragma once

#include <pier/socket/interfaces.hpp>

#include <string>
#include <vector>

namespace interfaces {

// One object, with its end of line. Names that are no UTF-8, and control characters in them, are escaped as "\xff".
[[nodiscard]] std::string json(const std::vector<pier::Interface>& shown);

}  // namespace interfaces
