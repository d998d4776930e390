# Writes the lines of a text as a C++ source: cmake -DINPUT=<file> -DOUTPUT=<source> -P embed_lines.cmake
cmake_minimum_required(VERSION 3.25)

file(READ "${INPUT}" text)
string(REPLACE "\\" "\\\\" text "${text}")
string(REPLACE "\"" "\\\"" text "${text}")
string(REPLACE "\r" "" text "${text}")
# A literal for each line: compilers bound the length of one.
string(REGEX REPLACE "([^\n]*)\n" "    \"\\1\",\n" text "${text}")
file(CONFIGURE OUTPUT "${OUTPUT}" NEWLINE_STYLE UNIX @ONLY CONTENT
"#include <cstddef>
#include <iterator>
#include <string_view>

namespace pier::behaviour {

extern const std::string_view deviation_lines[];
extern const std::size_t deviation_line_count;

const std::string_view deviation_lines[] = {
@text@};
const std::size_t deviation_line_count = std::size(deviation_lines);

}  // namespace pier::behaviour
")
