// Text of users for a terminal, which obeys control characters.
#pragma once

#include <string>
#include <string_view>

namespace pier {

// Control characters, and bytes that are no UTF-8, as "\n" or "\x1b"; everything else as it is.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace pier
