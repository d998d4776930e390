// Words as a sentence has them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace compare {

[[nodiscard]] std::string capital(std::string_view text);

// "a", "a and b", "a, b and c"
[[nodiscard]] std::string listed(const std::vector<std::string>& words);

// What a report calls linux, linux 2 or wine-10 is Linux, Linux 2 or Wine 10 here.
[[nodiscard]] std::string spoken_name(std::string_view system);

}  // namespace compare
