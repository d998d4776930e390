// What was expected of the systems' own calls before anything ran there: by documents, issues and earlier measurements.
#pragma once

#include <string_view>

namespace pier::behaviour {

// Outcomes of the system's own calls, where the expectation says them in as many words. Empty when it does not.
[[nodiscard]] std::string_view expected_native(std::string_view system, std::string_view behaviour);

}  // namespace pier::behaviour
