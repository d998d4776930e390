// Text as Markdown has it.
#pragma once

#include <string>
#include <string_view>

namespace compare {

// What Markdown or HTML would take for its own stands for itself.
[[nodiscard]] std::string escaped(std::string_view text);

// The title stands alone in its line.
void heading(std::string& text, const char* level, std::string_view title);

}  // namespace compare
