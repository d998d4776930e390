# tidy.cmake must find every kind of violation, in the right line and nowhere else: one small folder for each.
#   cmake -DFOLDER=<scratch folder> -P selftest.cmake
cmake_minimum_required(VERSION 3.25)
set(wrong 0)

# run(FILE TEXT): the exit status in `status`, what it said in `said`.
function(run file text)
  file(REMOVE_RECURSE "${FOLDER}")
  string(REPLACE "@@" "" text "${text}")  # so that this file does not hold what tidy looks for
  file(WRITE "${FOLDER}/${file}" "${text}")
  execute_process(COMMAND "${CMAKE_COMMAND}" "-DROOT=${FOLDER}" -P "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/tidy.cmake"
    RESULT_VARIABLE status OUTPUT_VARIABLE said ERROR_VARIABLE said)
  set(status ${status} PARENT_SCOPE)
  set(said "${said}" PARENT_SCOPE)
endfunction()

# bad(FILE LINE TEXT): exactly one complaint, about that line.
function(bad file line text)
  run("${file}" "${text}")
  string(FIND "${said}" "${file}:${line}: " place)
  if(status EQUAL 0 OR place EQUAL -1 OR NOT said MATCHES "tidy: 1 complaints about 1 files")
    message("this should give one complaint about ${file}:${line}:\n${text}\nand gave:\n${said}")
    math(EXPR wrong "${wrong} + 1")
    set(wrong ${wrong} PARENT_SCOPE)
  endif()
endfunction()

function(good file text)
  run("${file}" "${text}")
  if(NOT status EQUAL 0)
    message("this should be accepted as ${file}:\n${text}\nand gave:\n${said}")
    math(EXPR wrong "${wrong} + 1")
    set(wrong ${wrong} PARENT_SCOPE)
  endif()
endfunction()

# Headers and macros of a system, in what must not know one.
foreach(header IN ITEMS sys/socket.h unistd.h winsock2.h windows.h netinet/in.h arpa/inet.h pthread.h poll.h fcntl.h
    signal.h csignal errno.h cerrno liburing.h uv.h)
  bad(core/src/a.cpp 2 "#include <vector>\n#include <${header}>\n")
endforeach()
foreach(file IN ITEMS core/include/pier/a.hpp apps/echo/a.cpp tests/contract/a.cpp tests/unit/a.cpp tests/alloc/a.cpp)
  bad(${file} 1 "#  include <sys/socket.h>\nint x;\n")
endforeach()
foreach(macro IN ITEMS _WIN32 __linux__ __APPLE__ __unix__ _MSC_VER __MINGW32__)
  bad(core/src/a.cpp 2 "int x;\n#ifdef ${macro}\n#endif\n")
  bad(apps/echo/a.cpp 1 "#if defined(${macro})\n#endif\n")
endforeach()
bad(core/src/a.cpp 3 "int f() {\n  // why\n  return errno;\n}\n")
bad(tests/contract/a.cpp 1 "int x = errno;\n")

# What GCC 12 miscompiles.
bad(core/src/a.cpp 2 "void f() {\n  if (co_await g()) co_return@@;\n}\n")
bad(apps/echo/a.cpp 1 "while (!co_await g())@@;\n")
bad(tests/contract/a.cpp 1 "if (x && co_await g())@@;\n")
bad(tests/contract/a.cpp 1 "int x = co_await (y ? f() : g())@@;\n")
good(core/src/a.cpp "if (auto sent = co_await send()\; !sent) co_return@@\;\n")
good(core/src/a.cpp "if (!a.b()) co_await c()@@\;\n")

# What core may include.
good(core/include/pier/a.hpp "#include <pier/b.hpp>\n#include <vector>\n// errno, _WIN32 and <unistd.h> may be talked about\n")
good(core/src/a.cpp "#include \"b.hpp\"\nint my_errno; std::string a = \"[x;y\";\n")
bad(core/include/pier/a.hpp 1 "#include \"b.hpp\"\n")
bad(core/include/pier/a.hpp 1 "#include <CLI/CLI.hpp>\n")
foreach(header IN ITEMS doctest/doctest.h CLI/CLI.hpp nlohmann/json.hpp pier/cli/program.hpp pier/server/serve.hpp
    pier/behaviour/record.hpp pier/tool/trace.hpp)
  bad(core/src/loop/a.cpp 1 "#include <${header}>\n")
endforeach()
good(core/tool/trace/a.cpp "#include <pier/tool/trace.hpp>\n")
bad(core/src/a.cpp 1 "#include <stdint.h>\n")
good(tests/unit/a.cpp "#include <doctest/doctest.h>\n")

# What core asks of a system goes by pier/sys/.
foreach(use IN ITEMS "auto now = std::chrono::steady_clock::now()" "using Clock = std::chrono::system_clock" "std::thread t(f)"
    "std::jthread t(f)" "std::condition_variable changed" "std::this_thread::yield()" "std::this_thread::sleep_for(d)"
    "std::random_device source" "std::mt19937 y{}" "int x = rand()")
  bad(core/src/loop/a.cpp 2 "int x = 0@@;\n${use}@@;\n")
  bad(core/include/pier/a.hpp 1 "${use}@@;\n")
  good(core/tool/a.cpp "${use}@@;\n")
  good(backend-posix/a.cpp "${use}@@;\n")
endforeach()
foreach(header IN ITEMS random ctime future)
  bad(core/src/loop/a.cpp 1 "#include <${header}>\n")
endforeach()
good(core/src/loop/a.cpp "std::thread::id here = std::this_thread::get_id()@@;\n")
foreach(file IN ITEMS core/src/loop/offload.cpp core/src/process/input_reader.cpp)
  good(${file} "std::thread t(f)@@;\nstd::condition_variable changed@@;\n")
endforeach()
good(core/src/loop/loop.cpp "std::this_thread::yield()@@;\n")
bad(core/src/loop/loop.cpp 1 "std::thread t(f)@@;\n")
bad(core/src/process/input_reader.cpp 1 "sleep_for(x)@@;\n")

# apps -> lib -> core <- backend-*
good(lib/cli/a.cpp "#include <CLI/CLI.hpp>\n#include <pier/loop.hpp>\n")
bad(lib/cli/include/pier/cli/a.hpp 1 "#include <CLI/CLI.hpp>\n")
foreach(file IN ITEMS lib/server/a.cpp lib/cli/b/a.cpp apps/nc/options.cpp tests/unit/a.cpp bench/a.cpp backend-posix/a.cpp)
  bad(${file} 1 "#include <CLI/CLI.hpp>\n")
endforeach()
bad(apps/nc/options.hpp 2 "#include <vector>\n#  include \"CLI/App.hpp\"\n")
good(apps/nc/options.cpp "#include <pier/cli/command_line.hpp>\n")
bad(lib/cli/include/pier/cli/a.hpp 1 "#include \"b.hpp\"\n")
bad(lib/cli/a.cpp 1 "#include <doctest/doctest.h>\n")
bad(lib/cli/a.cpp 1 "#include <unistd.h>\n")
foreach(header IN ITEMS pier/cli/program.hpp pier/server/serve.hpp pier/behaviour/record.hpp)
  bad(backend-posix/a.cpp 1 "#include <${header}>\n")
endforeach()
good(backend-posix/a.cpp "#include <pier/tool/child_process.hpp>\n")

# Backends.
good(backend-posix/a.cpp "#include <cerrno>\n#include <sys/socket.h>\n#include \"b.hpp\"\nint x = errno;\n")
foreach(file IN ITEMS core/src/a.cpp apps/echo/a.cpp tests/contract/a.cpp bench/a.cpp backend-win32/a.cpp)
  bad(${file} 2 "\n#include \"../../backend-posix/a.hpp\"\n")
endforeach()

# Every C++ source.
string(REPEAT "x" 117 wide)
good(bench/a.cpp "// ${wide}\n")
string(REPEAT "x" 114 less)
good(bench/a.cpp "// ü·ä${less}\nint x;\n")
bad(bench/a.cpp 2 "\n// x${wide}\n")
bad(bench/a.hpp 2 "\n// ü${wide}\nint x;\n")
string(REPEAT "int;\n" 600 long)
good(core/src/a.cpp "${long}")
bad(core/src/a.cpp 601 "${long}\n")

# Every file.
foreach(file IN ITEMS core/src/a.cpp docs/a.md ci/a)
  bad(${file} 2 "a\n\tb\n")
  bad(${file} 2 "a\nb")
  bad(${file} 1 "// TO@@DO b\n")
  bad(${file} 1 "// FIX@@ME: b\n")
  bad(${file} 1 "// (XX@@X) b\n")
  bad(${file} 2 "a\n/wo@@rk/main\n")
  bad(${file} 2 "a\nb=/ho@@me/me\n")
endforeach()
good(ci/a "mktemp name.XX@@XXXX; cd ~/wo@@rk/x\n")
good(a.png "a\tb")

# Folders: 24 files are accepted, 25 are not.
foreach(most IN ITEMS 24 25)
  file(REMOVE_RECURSE "${FOLDER}")
  foreach(number RANGE 1 ${most})
    file(WRITE "${FOLDER}/core/src/many/a${number}.cpp" "int x;\n")
  endforeach()
  execute_process(COMMAND "${CMAKE_COMMAND}" "-DROOT=${FOLDER}" -P "${CMAKE_CURRENT_LIST_DIR}/tidy.cmake"
    RESULT_VARIABLE status OUTPUT_VARIABLE said ERROR_VARIABLE said)
  if((most EQUAL 24 AND NOT status EQUAL 0) OR (most EQUAL 25 AND NOT said MATCHES "core/src/many:1: the folder has 25 files"))
    message("a folder of ${most} files gave:\n${said}")
    math(EXPR wrong "${wrong} + 1")
  endif()
endforeach()

file(REMOVE_RECURSE "${FOLDER}")
if(wrong)
  message(FATAL_ERROR "tidy.selftest: ${wrong} cases went wrong")
endif()
