// A page with places to fill.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace compare {

// Each {{name}} of the page is replaced by its part.
[[nodiscard]] std::string filled(std::string_view page, const std::function<std::string(std::string_view)>& part);

}  // namespace compare
