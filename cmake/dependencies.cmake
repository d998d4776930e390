# libuv, doctest, CLI11, nlohmann/json and Mbed TLS: the system's, else .deps/NAME (ci/setup fills it for cross builds), else
# upstream's release, pinned. Each ends as one imported or aliased target: libuv::libuv, doctest::doctest, CLI11::CLI11,
# nlohmann_json::nlohmann_json, MbedTLS::mbedcrypto. Their headers are SYSTEM.
include_guard(GLOBAL)
include(FetchContent)

list(APPEND CMAKE_MODULE_PATH "${CMAKE_CURRENT_LIST_DIR}")

# Fetches without add_subdirectory; sets NAME_SOURCE_DIR and NAME_BINARY_DIR.
macro(pier_fetch name url hash)
  string(TOUPPER "${name}" pier_upper)
  if(NOT FETCHCONTENT_SOURCE_DIR_${pier_upper} AND IS_DIRECTORY "${PROJECT_SOURCE_DIR}/.deps/${name}")
    set(FETCHCONTENT_SOURCE_DIR_${pier_upper} "${PROJECT_SOURCE_DIR}/.deps/${name}")
  endif()
  FetchContent_Declare(${name} URL "${url}" URL_HASH "SHA256=${hash}" DOWNLOAD_EXTRACT_TIMESTAMP FALSE
    SOURCE_SUBDIR pier-adds-it-itself)
  FetchContent_MakeAvailable(${name})
  message(STATUS "pier: ${name} from ${${name}_SOURCE_DIR}")
endmacro()

# The one header library of a fetched source folder.
function(pier_header_library target folder)
  string(REPLACE "::" "_" plain "pier_fetched_${target}")
  add_library(${plain} INTERFACE)
  add_library(${target} ALIAS ${plain})
  target_include_directories(${plain} SYSTEM INTERFACE "${folder}")
endfunction()

# A build with the thread sanitizer passes the system's libuv over (CMAKE_DISABLE_FIND_PACKAGE_Libuv): it closes by a raw
# system call, which the sanitizer can't see, and the descriptor's next owner then looks like a race. Compiled with
# __SANITIZE_THREAD__, libuv tells the sanitizer of each close; its own code isn't instrumented, as the system's isn't.
if(PIER_WITH_LIBUV)
  find_package(Libuv QUIET)
  if(NOT Libuv_FOUND)
    pier_fetch(libuv "https://github.com/libuv/libuv/archive/v1.44.2.tar.gz"
      e6e2ba8b4c349a4182a33370bb9be5e23c51b32efb9b9e209d0e8556b73a48da)
    block()
      set(BUILD_TESTING OFF)
      set(LIBUV_BUILD_TESTS OFF)
      set(LIBUV_BUILD_BENCH OFF)
      set(LIBUV_BUILD_SHARED OFF)
      set(CMAKE_POLICY_DEFAULT_CMP0077 NEW)       # its option() must not override the four lines above
      set(CMAKE_POLICY_VERSION_MINIMUM 3.5)       # it asks for CMake 3.4, which CMake 4 refuses
      set(CMAKE_WARN_DEPRECATED OFF)
      set(CMAKE_MESSAGE_LOG_LEVEL WARNING)
      add_subdirectory("${libuv_SOURCE_DIR}" "${libuv_BINARY_DIR}" EXCLUDE_FROM_ALL SYSTEM)
    endblock()
    if(MSVC)
      target_compile_options(uv_a PRIVATE /w)
    else()
      target_compile_options(uv_a PRIVATE -w)
    endif()
    add_library(libuv::libuv ALIAS uv_a)
  endif()
endif()

# lib/cli reads the arguments of every program with CLI11.
find_package(CLI11 QUIET CONFIG)
if(NOT TARGET CLI11::CLI11)
  pier_fetch(cli11 "https://github.com/CLIUtils/CLI11/archive/v2.1.2.tar.gz"
    26291377e892ba0e5b4972cdfd4a2ab3bf53af8dac1f4ea8fe0d1376b625c8cb)
  pier_header_library(CLI11::CLI11 "${cli11_SOURCE_DIR}/include")
endif()

# pier-compare reads its own reports again.
if(PIER_BUILD_APPS)
  find_package(nlohmann_json QUIET CONFIG)
  if(NOT TARGET nlohmann_json::nlohmann_json)
    pier_fetch(json "https://github.com/nlohmann/json/archive/refs/tags/v3.11.2.tar.gz"
      d69f9deb6a75e2580465c6c4c5111b89c4dc2fa94e3a85fcd2ffcd9a143d9273)
    pier_header_library(nlohmann_json::nlohmann_json "${json_SOURCE_DIR}/single_include")
  endif()
endif()

# pier-file-server and pier-file-client compare SHA-256. Of Mbed TLS's own sources two files are enough for it.
if(PIER_BUILD_APPS OR PIER_BUILD_TESTS)
  find_path(PIER_MBEDTLS_INCLUDE mbedtls/sha256.h)
  find_library(PIER_MBEDCRYPTO_LIBRARY mbedcrypto)
  mark_as_advanced(PIER_MBEDTLS_INCLUDE PIER_MBEDCRYPTO_LIBRARY)
  if(PIER_MBEDTLS_INCLUDE AND PIER_MBEDCRYPTO_LIBRARY)
    add_library(MbedTLS::mbedcrypto UNKNOWN IMPORTED)
    set_target_properties(MbedTLS::mbedcrypto PROPERTIES
      IMPORTED_LOCATION "${PIER_MBEDCRYPTO_LIBRARY}"
      INTERFACE_INCLUDE_DIRECTORIES "${PIER_MBEDTLS_INCLUDE}")
  else()
    enable_language(C)
    pier_fetch(mbedtls "https://api.github.com/repos/Mbed-TLS/mbedtls/tarball/refs/tags/v2.28.3"
      3b4953aa55a681e084d31892d9904cc5328d6b4958ea57b90ae4b4f94ae69a8d)
    add_library(pier_fetched_mbedcrypto STATIC EXCLUDE_FROM_ALL
      "${mbedtls_SOURCE_DIR}/library/sha256.c" "${mbedtls_SOURCE_DIR}/library/platform_util.c")
    add_library(MbedTLS::mbedcrypto ALIAS pier_fetched_mbedcrypto)
    target_include_directories(pier_fetched_mbedcrypto SYSTEM PUBLIC "${mbedtls_SOURCE_DIR}/include")
    target_compile_definitions(pier_fetched_mbedcrypto PUBLIC
      "MBEDTLS_CONFIG_FILE=\"${CMAKE_CURRENT_LIST_DIR}/mbedtls_config.h\"")
    if(MSVC)
      target_compile_options(pier_fetched_mbedcrypto PRIVATE /w)
    else()
      target_compile_options(pier_fetched_mbedcrypto PRIVATE -w)
    endif()
  endif()
endif()

if(PIER_BUILD_TESTS)
  find_package(doctest QUIET CONFIG)
  if(NOT TARGET doctest::doctest)
    pier_fetch(doctest "https://github.com/doctest/doctest/archive/refs/tags/v2.4.9.tar.gz"
      19b2df757f2f3703a5e63cee553d85596875f06d91a3333acd80a969ef210856)
    pier_header_library(doctest::doctest "${doctest_SOURCE_DIR}")
  endif()
endif()
