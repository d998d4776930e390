// Sentences in lines of a given width.
#pragma once

#include "report/report.hpp"

#include <cstddef>
#include <string>

namespace compare {

// Appends it, broken at spaces; further lines are indented.
void wrap(std::string& text, const std::string& sentence, std::size_t width);

// The same report, printable: one that comes from a file may hold anything.
[[nodiscard]] Report for_terminal(Report report);

}  // namespace compare
