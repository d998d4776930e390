// The files of apps/compare/html, which the build puts into the program.
#pragma once

#include <string_view>

namespace compare::html_files {

extern const std::string_view page;  // with {{style}}, {{script}} and {{report}} where those belong
extern const std::string_view style;
extern const std::string_view script;

// With {{style}} and the parts of a trace.
extern const std::string_view trace_page;
extern const std::string_view trace_style;

}  // namespace compare::html_files
