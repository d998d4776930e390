# What the design forbids in the text of this repository, one "file:line: sentence" for each place that has it.
#   cmake -DROOT=<folder> -P tidy.cmake
# Reads what git tracks or would track; in a folder that is no checkout, every file but those of build/ and .deps/.
cmake_minimum_required(VERSION 3.25)

if(NOT ROOT)
  cmake_path(SET ROOT NORMALIZE "${CMAKE_CURRENT_LIST_DIR}/../..")
endif()
cmake_path(ABSOLUTE_PATH ROOT NORMALIZE)
set(failures 0)

# Folders whose text is the same on every system.
set(portable "^(core|lib|apps|tests/(unit|contract|alloc|fuzz|address|packet))/")

set(standard_headers
  algorithm any array atomic barrier bit bitset cassert cctype charconv chrono cinttypes climits cmath compare complex concepts
  condition_variable coroutine cstdarg cstddef cstdint cstdio cstdlib cstring ctime cuchar cwchar deque exception execution
  expected filesystem flat_map flat_set format forward_list fstream functional future generator initializer_list iomanip ios
  iosfwd iostream istream iterator latch limits list locale map mdspan memory memory_resource mutex new numbers numeric optional
  ostream print queue random ranges ratio regex scoped_allocator semaphore set shared_mutex source_location span spanstream
  sstream stack stacktrace stdexcept stop_token streambuf string string_view syncstream system_error thread tuple type_traits
  typeindex typeinfo unordered_map unordered_set utility valarray variant vector version)

# In a bracket or split, so that this file does not hold what it looks for.
set(system_macros "_WIN32|_WIN64|WIN32|__linux__|__linux|__unix__|__unix|__APPLE__|__FreeBSD__|__ANDROID__|__CYGWIN__")
string(APPEND system_macros "|__MINGW32__|__MINGW64__|_MSC_VER")
set(left "(^|[^A-Za-z0-9_])")
set(right "([^A-Za-z0-9_]|$)")
set(unfinished "${left}(TOD[O]|FIXM[E]|XX[X])${right}")
set(machine_path "(^|[^A-Za-z0-9_./}~-])/(wor[k]|hom[e])/")
string(ASCII 9 tab)

function(complain file line sentence)
  message("${file}:${line}: ${sentence}")
  math(EXPR failures "${failures} + 1")
  set(failures ${failures} PARENT_SCOPE)
endfunction()

# find(FILE VARIABLE PATTERN SENTENCE): complains about every line of the text in VARIABLE that matches. A match against the whole
# text comes first, being quick. The second group of the pattern is <match> in the sentence.
function(find file variable pattern sentence)
  set(rest "${${variable}}")
  if(NOT rest MATCHES "${pattern}")
    return()
  endif()
  set(number 0)
  while(NOT rest STREQUAL "")
    math(EXPR number "${number} + 1")
    string(FIND "${rest}" "\n" end)
    if(end EQUAL -1)
      set(line "${rest}")
      set(rest "")
    else()
      string(SUBSTRING "${rest}" 0 ${end} line)
      math(EXPR end "${end} + 1")
      string(SUBSTRING "${rest}" ${end} -1 rest)
    endif()
    if(line MATCHES "${pattern}")
      string(REPLACE "<match>" "${CMAKE_MATCH_2}" said "${sentence}")
      complain("${file}" ${number} "${said}")
    endif()
  endwhile()
  set(failures ${failures} PARENT_SCOPE)
endfunction()

# columns(RESULT LINE): characters, not bytes, of UTF-8 text.
function(columns result line)
  string(HEX "${line}" digits)
  string(REGEX MATCHALL "[0-9a-f][0-9a-f]" bytes "${digits}")
  list(FILTER bytes EXCLUDE REGEX "^[89ab]")
  list(LENGTH bytes count)
  set(${result} ${count} PARENT_SCOPE)
endfunction()

function(check_columns file text)
  set(number 0)
  while(NOT text STREQUAL "")
    math(EXPR number "${number} + 1")
    string(FIND "${text}" "\n" end)
    if(end EQUAL -1)
      string(LENGTH "${text}" end)
    endif()
    string(SUBSTRING "${text}" 0 ${end} line)
    if(end GREATER 120)
      columns(count "${line}")
      if(count GREATER 120)
        complain("${file}" ${number} "the line has ${count} columns, 120 are the limit")
      endif()
    endif()
    math(EXPR end "${end} + 1")
    string(LENGTH "${text}" length)
    if(end GREATER_EQUAL length)
      break()
    endif()
    string(SUBSTRING "${text}" ${end} -1 text)
  endwhile()
  set(failures ${failures} PARENT_SCOPE)
endfunction()

# check_includes(FILE TEXT ALLOWED SENTENCE): every <header> that is neither a standard one nor matches ALLOWED.
function(check_includes file text allowed sentence)
  string(REGEX MATCHALL "\n[ ]*#[ ]*include[ ]*<[^>\n]*>" includes "\n${text}")
  foreach(include IN LISTS includes)
    string(REGEX REPLACE "^.*<(.*)>$" "\\1" header "${include}")
    if(NOT header IN_LIST standard_headers AND NOT header MATCHES "${allowed}")
      string(REGEX REPLACE "([.+*?^$()])" "\\\\\\1" pattern "${header}")
      find("${file}" text "(#[ ]*include[ ]*<)(${pattern})>" "${sentence}")
    endif()
  endforeach()
  set(failures ${failures} PARENT_SCOPE)
endfunction()

# Code, as text without // comments.
function(check_portable file code)
  check_includes("${file}" "${code}" "^(pier/.*|nlohmann/.*|CLI/.*|doctest/.*|mbedtls/.*)$"
    "<match> is no standard header and none of Pier's: the text here is the same on every system")
  find("${file}" code "${left}(${system_macros})${right}"
    "<match> asks which system or compiler this is, which only a backend may")
  find("${file}" code "${left}(errno)([^A-Za-z0-9_.]|$)" "<match> belongs to a system: use pier::Error")
  set(failures ${failures} PARENT_SCOPE)
endfunction()

# Public headers, of core and of the libraries on it.
function(check_public file code)
  set(sentence "<match>: a public header includes <pier/...> and standard headers only")
  find("${file}" code "(#[ ]*include[ ]*)(\"[^\"\n]*\")" "${sentence}")
  if(file MATCHES "^lib/")  # what core may not include anywhere, check_direction says
    find("${file}" code "(#[ ]*include[ ]*)(<(CLI|nlohmann)/[^>\n]*>)" "${sentence}")
  endif()
  set(failures ${failures} PARENT_SCOPE)
endfunction()

# apps -> lib -> core <- backend-*: an include that runs the other way. Of core, only what is in core/tool may see tools'
# headers; a backend defines some of them.
function(check_direction file code)
  set(include "(#[ ]*include[ ]*)")
  set(libraries "cli|server|chat|transfer|behaviour|address|packet")
  if(file MATCHES "^(core|backend-[a-z0-9]+)/")
    find("${file}" code "${include}(<pier/(${libraries})/[^>\n]*>)" "<match> is a library's, which stands above")
  endif()
  if(file MATCHES "^core/")
    find("${file}" code "${include}([<\"](CLI|nlohmann|doctest)/[^>\"\n]*[>\"])" "<match>: core stands on the standard library alone")
    if(NOT file MATCHES "^core/tool/")
      find("${file}" code "${include}(<pier/tool/[^>\n]*>)" "<match> is for tools, which core doesn't know")
    endif()
  elseif(file MATCHES "^lib/")
    find("${file}" code "${include}([<\"]doctest/[^>\"\n]*[>\"])" "<match>: a library includes no test framework")
  endif()
  # In core and in public headers it is refused already, with all libraries.
  if(NOT file MATCHES "^(core/|lib/cli/[^/]*\\.[ch]pp$)|/include/")
    find("${file}" code "${include}([<\"]CLI/[^>\"\n]*[>\"])"
      "<match> is slow to compile and stays in lib/cli; <pier/cli/command_line.hpp> is for all others")
  endif()
  set(failures ${failures} PARENT_SCOPE)
endfunction()

# What core asks of a system goes by pier/sys/, so that a simulated one can take its place at link time. Places that are
# named: the threads of blocking calls, of the reader of lines and of waits for named objects, those of the program, whose
# ends it waits for, and a destructor that waits for a call to end.
function(check_by_sys file code)
  find("${file}" code "${left}((steady|system|high_resolution|utc|tai|gps|file)_clock)${right}"
    "<match>: core asks pier/sys/clock.hpp for the time")
  find("${file}" code "(#[ ]*include[ ]*)(<(random|ctime|future)>)" "<match>: core has no clock, threads and randomness of its own")
  find("${file}" code "${left}(random_device|mt19937|mt19937_64|default_random_engine|rand|srand)${right}"
    "<match>: core has no randomness of its own")
  if(NOT file MATCHES "^core/src/(loop/offload|process/(input_reader|thread)|ipc/waiting_thread)\\.[ch]pp$")
    find("${file}" code "${left}(std::(thread|jthread|async|condition_variable|condition_variable_any))([^A-Za-z0-9_:]|$)"
      "<match>: core starts no threads and waits for none, but in the places that tidy names")
  endif()
  if(NOT file STREQUAL "core/src/loop/loop.cpp")
    find("${file}" code "${left}(this_thread::yield|sleep_for|sleep_until)${right}" "<match>: core sleeps by its engine alone")
  endif()
  set(failures ${failures} PARENT_SCOPE)
endfunction()

function(check_cpp file text)
  string(REGEX REPLACE "//[^\n]*" "" code "${text}")
  if(file MATCHES "${portable}")
    check_portable("${file}" "${code}")
  endif()
  if(file MATCHES "/include/")
    check_public("${file}" "${code}")
  endif()
  check_direction("${file}" "${code}")
  if(file MATCHES "^core/(include|src)/")
    check_by_sys("${file}" "${code}")
  endif()
  if(NOT file MATCHES "^backend-")
    find("${file}" code "(#[ ]*include[ ]*)([<\"][^>\"\n]*backend-[a-z0-9]+/[^>\"\n]*[>\"])"
      "<match> is a backend's: nothing outside includes a backend")
  else()
    string(REGEX REPLACE "/.*$" "" own "${file}")
    string(REGEX REPLACE "(#[ ]*include[ ]*[<\"][^>\"\n]*)${own}/" "\\1" others "${code}")
    find("${file}" others "(#[ ]*include[ ]*)([<\"][^>\"\n]*backend-[a-z0-9]+/[^>\"\n]*[>\"])"
      "<match> is another backend's: nothing outside includes a backend")
  endif()
  find("${file}" code "${left}((if|while|switch) [(]([^;=()\n]|[(][^;()\n]*[)])*co_await)${right}"
    "<match>: GCC 12 may lose the frame of a task awaited in a condition; name the result first")
  find("${file}" code "${left}(co_await [(][^;\n]*[^:\n][?][^;\n]*:)" "GCC 12 runs both arms of an awaited choice; choose in a function")
  file(STRINGS "${ROOT}/${file}" long LENGTH_MINIMUM 121 LIMIT_COUNT 1 ENCODING UTF-8)
  if(NOT long STREQUAL "")
    check_columns("${file}" "${text}")
  endif()
  string(REGEX REPLACE "[^\n]+" "" ends "${text}")
  string(LENGTH "${ends}" lines)
  if(lines GREATER 600)
    complain("${file}" ${lines} "the file has ${lines} lines, 600 are the limit")
  endif()
  set(failures ${failures} PARENT_SCOPE)
endfunction()

set(listed 1)
if(EXISTS "${ROOT}/.git")
  execute_process(COMMAND git -c safe.directory=* -c core.quotePath=false ls-files --cached --others --exclude-standard
    WORKING_DIRECTORY "${ROOT}" RESULT_VARIABLE listed OUTPUT_VARIABLE files OUTPUT_STRIP_TRAILING_WHITESPACE)
  string(REPLACE "\n" ";" files "${files}")
endif()
if(NOT listed EQUAL 0)
  file(GLOB_RECURSE files RELATIVE "${ROOT}" "${ROOT}/*")
  list(FILTER files EXCLUDE REGEX "^(build|\\.deps|\\.git)/")
endif()
list(REMOVE_DUPLICATES files)

set(seen 0)
foreach(file IN LISTS files)
  if(NOT EXISTS "${ROOT}/${file}" OR file MATCHES "\\.(png|gif|jpg|svg|ico|gz|xz|zip|bin)$")
    continue()  # deleted and not yet committed, or no text
  endif()
  file(SIZE "${ROOT}/${file}" size)
  if(size EQUAL 0)
    continue()
  endif()
  math(EXPR seen "${seen} + 1")
  file(READ "${ROOT}/${file}" text)

  if(file MATCHES "\\.(cpp|hpp|h|c|cc|inl)$")
    check_cpp("${file}" "${text}")
  endif()
  find("${file}" text "()(${tab})" "a tab; indent by spaces")
  find("${file}" text "${unfinished}" "<match>: finish it, or open an issue")
  find("${file}" text "${machine_path}" "an absolute path of one machine")
  if(NOT text MATCHES "\n$")
    string(REGEX REPLACE "[^\n]+" "" ends "${text}")
    string(LENGTH "${ends}" line)
    math(EXPR line "${line} + 1")
    complain("${file}" ${line} "the last line does not end")
  endif()
endforeach()

# A folder whose name can't say any more what is in it.
set(most_files 24)
set(folders ${files})
list(FILTER folders INCLUDE REGEX "/")
list(TRANSFORM folders REPLACE "/[^/]*$" "")
list(REMOVE_DUPLICATES folders)
foreach(folder IN LISTS folders)
  set(inside ${files})
  list(FILTER inside INCLUDE REGEX "^${folder}/[^/]+$")
  set(count 0)
  foreach(file IN LISTS inside)
    if(EXISTS "${ROOT}/${file}")
      math(EXPR count "${count} + 1")
    endif()
  endforeach()
  if(count GREATER most_files)
    complain("${folder}" 1 "the folder has ${count} files, ${most_files} are the limit: give each subject a folder")
  endif()
endforeach()

if(failures)
  message(FATAL_ERROR "tidy: ${failures} complaints about ${seen} files")
endif()
message(STATUS "tidy: ${seen} files, nothing to complain about")
