# Files as arrays of bytes in a C++ source, so that a program has them with it:
#   cmake -DOUTPUT=<file.cpp> -DHEADER=<its header> -DNAMESPACE=<name> "-DFILES=name=path;..." -P embed.cmake
cmake_minimum_required(VERSION 3.25)

set(text "#include \"${HEADER}\"\n\nnamespace ${NAMESPACE} {\nnamespace {\n")
set(views "")
foreach(entry IN LISTS FILES)
  string(REGEX MATCH "^([a-z_]+)=(.*)$" matched "${entry}")
  set(name "${CMAKE_MATCH_1}")
  file(READ "${CMAKE_MATCH_2}" bytes HEX)
  # An array, because MSVC refuses a literal of more than 64 KiB.
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${bytes}")
  string(REPEAT "'[^']*'," 16 line)
  string(REGEX REPLACE "(${line})" "\\1\n" bytes "${bytes}")
  string(APPEND text "\nconstexpr char ${name}_bytes[] = {\n${bytes}};\n")
  string(APPEND views "const std::string_view ${name}{${name}_bytes, sizeof ${name}_bytes};\n")
endforeach()
string(APPEND text "\n}  // namespace\n\n${views}\n}  // namespace ${NAMESPACE}\n")
file(WRITE "${OUTPUT}" "${text}")
