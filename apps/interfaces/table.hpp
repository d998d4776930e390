// The interfaces, for people.
#pragma once

#include <pier/socket/interfaces.hpp>

#include <string>
#include <vector>

namespace interfaces {

// A heading, a line for each interface, and a further line for each of its addresses but the first. The columns are as
// wide as their longest value.
[[nodiscard]] std::string table(const std::vector<pier::Interface>& shown);

}  // namespace interfaces
