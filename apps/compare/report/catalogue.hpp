// Every behaviour as a page of documentation.
#pragma once

#include "report/report.hpp"

#include <string>

namespace compare {

// Markdown: what each asks and promises, which engines do what, what the systems' own calls do, and what is said of
// Windows. The same for the same outcomes: no versions, times or texts of systems.
[[nodiscard]] std::string catalogue(const Report& report);

}  // namespace compare
