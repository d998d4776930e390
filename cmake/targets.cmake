# What every target of Pier has in common. Functions only: including this file declares pier_warnings and nothing else.
include_guard(GLOBAL)

# For our code only: linked PRIVATE by our targets, never exported. They are errors, but not inside of somebody else's
# project, whose compiler may know some that we have not met.
add_library(pier_warnings INTERFACE)
if(MSVC)
  # Not wanted of /W4:
  # 4127: a condition that is constant; in a template it often is, and `if constexpr` can't follow a run-time `&&`.
  # 4324: a structure that alignas has padded; that is what it was asked for.
  # 5030: attributes of other compilers, which C++ says to ignore.
  target_compile_options(pier_warnings INTERFACE /W4 $<$<BOOL:${PROJECT_IS_TOP_LEVEL}>:/WX> /wd4127 /wd4324 /wd5030
    /permissive- /utf-8 /Zc:__cplusplus /EHsc)
  # C4996 for getenv, fopen and their like: they are standard C++, the replacements are not. Only of the C library, so
  # that what the standard has deprecated is still told. Nobody here changes the environment.
  target_compile_definitions(pier_warnings INTERFACE _CRT_SECURE_NO_WARNINGS)
else()
  target_compile_options(pier_warnings INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow
    $<$<BOOL:${PROJECT_IS_TOP_LEVEL}>:-Werror>)
endif()

# Language level, warnings, and what the headers of Windows are asked for.
function(pier_set_up target)
  target_compile_features(${target} PUBLIC cxx_std_23)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF CXX_SCAN_FOR_MODULES OFF)
  target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:pier_warnings>)
  if(WIN32)
    target_compile_definitions(${target} PRIVATE
      NOMINMAX WIN32_LEAN_AND_MEAN _WIN32_WINNT=0x0A00 WINVER=0x0A00 UNICODE _UNICODE)
  endif()
  pier_precompile(${target})
endfunction()

# pier_precompile(TARGET): where PIER_PRECOMPILED_HEADERS is ON, the standard library's headers are read once for all targets.
# That halves the time of a build, and hides an include that is missing: the preset linux-gcc goes without, and so does
# backend-win32 (PIER_OWN_INCLUDES), which no other preset of this system compiles.
function(pier_precompile target)
  if(NOT PIER_PRECOMPILED_HEADERS OR PIER_OWN_INCLUDES)
    return()
  endif()
  if(NOT TARGET pier_precompiled)
    set(source "${PROJECT_BINARY_DIR}/precompiled.cpp")
    file(CONFIGURE OUTPUT "${source}" CONTENT "" @ONLY)
    add_library(pier_precompiled OBJECT "${source}")
    set(PIER_OWN_INCLUDES ON)
    pier_set_up(pier_precompiled)
    set(PIER_OWN_INCLUDES OFF)
    target_precompile_headers(pier_precompiled PRIVATE "${PROJECT_SOURCE_DIR}/cmake/precompiled.hpp")
    if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
      # Without it the result names the minute in which it was made, and no cache of objects fits.
      target_compile_options(pier_precompiled PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
    endif()
  endif()
  target_precompile_headers(${target} REUSE_FROM pier_precompiled)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND MINGW)
    # GCC 12 tells of what -O2 makes of std::string in a precompiled header, as if it were ours, and wrongly. linux-gcc
    # compiles the same sources with these warnings.
    target_compile_options(${target} PRIVATE -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread)
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    target_compile_options(${target} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
  endif()
endfunction()

# pier_sources(VARIABLE [FOLDER...]): the C++ sources of these folders, or of this one, in VARIABLE. Says so if there are none.
function(pier_sources variable)
  set(folders ${ARGN})
  if(NOT folders)
    set(folders .)
  endif()
  set(all)
  foreach(folder IN LISTS folders)
    file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.cpp")
    list(APPEND all ${sources})
  endforeach()
  if(NOT all)
    message(STATUS "pier: no sources in ${CMAKE_CURRENT_SOURCE_DIR}: ${folders}, skipped")
  endif()
  set(${variable} "${all}" PARENT_SCOPE)
endfunction()

# pier_check_headers(TARGET FOLDER [INCLUDED...]): compiles every header below FOLDER on its own; it may use the INCLUDED folders.
function(pier_check_headers target folder)
  if(NOT PIER_CHECK_HEADERS)
    return()
  endif()
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE "${folder}" "${folder}/*.hpp")
  set(units)
  foreach(header IN LISTS headers)
    string(MAKE_C_IDENTIFIER "${header}" unit)
    set(unit "${CMAKE_CURRENT_BINARY_DIR}/headers/${unit}.cpp")
    file(CONFIGURE OUTPUT "${unit}" CONTENT "#include <${header}>\n#include <${header}> // and twice\n" @ONLY)
    list(APPEND units "${unit}")
  endforeach()
  add_library(${target} OBJECT ${units})
  pier_set_up(${target})
  target_include_directories(${target} PRIVATE "${folder}" ${ARGN})
endfunction()

# pier_library(NAME SOURCE...): the static library pier_NAME, also known as pier::NAME, with core's headers.
function(pier_library name)
  add_library(pier_${name} STATIC ${ARGN})
  add_library(pier::${name} ALIAS pier_${name})
  set_target_properties(pier_${name} PROPERTIES EXPORT_NAME ${name})
  pier_set_up(pier_${name})
  target_include_directories(pier_${name} PUBLIC
    "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/core/include>"
    "$<INSTALL_INTERFACE:include>")
endfunction()

# pier_plain_attempts(SOURCE): a backend's attempts once more, as pier/tool/plain_attempt.hpp names them. The file defines
# nothing else, so whoever defines sys::attempt and its like itself keeps the library's own out of a program.
function(pier_plain_attempts source)
  add_library(pier_plain_attempts OBJECT "${source}")
  pier_set_up(pier_plain_attempts)
  target_include_directories(pier_plain_attempts PRIVATE
    "${PROJECT_SOURCE_DIR}/core/include" "${PROJECT_SOURCE_DIR}/core/tool/include" "${CMAKE_CURRENT_SOURCE_DIR}")
  foreach(name IN ITEMS attempt attempt_receive attempt_send connect_start connect_result)
    target_compile_definitions(pier_plain_attempts PRIVATE ${name}=plain_${name})
  endforeach()
endfunction()

# pier_program(NAME SOURCE...): the executable NAME, linked to all of Pier.
function(pier_program name)
  add_executable(${name} ${ARGN})
  pier_set_up(${name})
  target_link_libraries(${name} PRIVATE pier::pier)
endfunction()

# pier_doctest_program(NAME SOURCE...): a program of doctest cases. A folder without a main() is given doctest's.
function(pier_doctest_program name)
  set(sources ${ARGN})
  set(has_main FALSE)
  foreach(source IN LISTS sources)
    file(STRINGS "${source}" lines REGEX "DOCTEST_CONFIG_IMPLEMENT|^int main\\(" LIMIT_COUNT 1)
    if(lines)
      set(has_main TRUE)
      set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${source}")
    endif()
  endforeach()
  if(NOT has_main)
    set(main "${CMAKE_CURRENT_BINARY_DIR}/doctest_main.cpp")
    file(CONFIGURE OUTPUT "${main}" CONTENT
      "#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN\n#include <doctest/doctest.h>\n" @ONLY)
    list(APPEND sources "${main}")
  endif()
  pier_program(${name} ${sources})
  target_link_libraries(${name} PRIVATE doctest::doctest)
  if(MINGW)
    # Doctest keeps streams in thread-local storage, which GCC emulates here and frees before their destructors run: each
    # thread that has ended would leave a damaged heap.
    target_compile_definitions(${name} PRIVATE DOCTEST_THREAD_LOCAL=)
  endif()
endfunction()

# pier_raw_ipc(): pier::raw_ipc of this backend's raw_ipc/, for pier-ipc alone.
function(pier_raw_ipc)
  pier_sources(own raw_ipc)
  pier_library(raw_ipc ${own})
  target_include_directories(pier_raw_ipc PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}")
  target_link_libraries(pier_raw_ipc PUBLIC pier_tool)
  target_link_libraries(pier_raw_ipc PRIVATE pier_backend)
endfunction()

# pier_native_probes([EXCEPT regex]): pier::native_probes of the raw probes in lib/behaviour/raw and of those of this backend, whose
# native/net.hpp says what its system calls the things that both use.
function(pier_native_probes)
  cmake_parse_arguments(PARSE_ARGV 0 probes "" "EXCEPT" "")
  pier_sources(own native)
  if(probes_EXCEPT)
    list(FILTER own EXCLUDE REGEX "${probes_EXCEPT}")
  endif()
  file(GLOB common CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/lib/behaviour/raw/*.cpp")
  pier_library(native_probes ${common} ${own})
  target_include_directories(pier_native_probes PRIVATE
    "${PROJECT_SOURCE_DIR}/lib/behaviour/raw" "${CMAKE_CURRENT_SOURCE_DIR}/native" "${CMAKE_CURRENT_SOURCE_DIR}")
  target_link_libraries(pier_native_probes PUBLIC pier_tool)
endfunction()
