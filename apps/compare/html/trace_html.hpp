// A trace as one page that needs nothing else.
#pragma once

#include "trace/trace.hpp"

#include <string>

namespace compare {

[[nodiscard]] std::string html(const Trace& trace);

}  // namespace compare
