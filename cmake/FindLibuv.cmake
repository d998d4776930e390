# Finds libuv and defines libuv::libuv: by libuv's own package file, which Debian does not ship, else by header and library.
# Also used by pier-config.cmake.
if(TARGET libuv::libuv)
  set(Libuv_FOUND TRUE)
  return()
endif()

find_package(libuv QUIET CONFIG)
if(libuv_FOUND)
  foreach(target IN ITEMS libuv::uv_a uv_a libuv::uv uv)
    if(TARGET ${target} AND NOT TARGET libuv::libuv)
      add_library(libuv::libuv INTERFACE IMPORTED)
      target_link_libraries(libuv::libuv INTERFACE ${target})
    endif()
  endforeach()
endif()
if(TARGET libuv::libuv)
  set(Libuv_FOUND TRUE)
  return()
endif()

if(NOT CMAKE_CROSSCOMPILING)  # a pkg-config of the host knows only the host's libuv
  find_package(PkgConfig QUIET)
  if(PkgConfig_FOUND)
    pkg_check_modules(PC_LIBUV QUIET libuv)
  endif()
endif()
find_path(LIBUV_INCLUDE_DIR uv.h HINTS ${PC_LIBUV_INCLUDE_DIRS})
find_library(LIBUV_LIBRARY NAMES uv libuv uv_a HINTS ${PC_LIBUV_LIBRARY_DIRS})
mark_as_advanced(LIBUV_INCLUDE_DIR LIBUV_LIBRARY)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Libuv REQUIRED_VARS LIBUV_LIBRARY LIBUV_INCLUDE_DIR VERSION_VAR PC_LIBUV_VERSION)
if(Libuv_FOUND)
  add_library(libuv::libuv UNKNOWN IMPORTED)
  set_target_properties(libuv::libuv PROPERTIES
    IMPORTED_LOCATION "${LIBUV_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${LIBUV_INCLUDE_DIR}")
endif()
