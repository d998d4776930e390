// Where a system keeps Pier from its contract, and nothing can be done about it.
#pragma once

#include <string_view>

namespace compare {

// Why that system answers so, or null where it is no known deviation. A number behind the system's name does not count.
[[nodiscard]] const char* known_deviation(std::string_view system, std::string_view behaviour,
                                          std::string_view outcome);

}  // namespace compare
