# install(): the libraries, core's headers, and what find_package(pier) needs to link pier::pier.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(libraries)
foreach(library IN ITEMS pier_server pier_cli pier_core pier_backend pier_libuv pier_pier)
  if(TARGET ${library})
    list(APPEND libraries ${library})
  endif()
endforeach()
set(package_folder "${CMAKE_INSTALL_LIBDIR}/cmake/pier")

install(TARGETS ${libraries} EXPORT pier-targets ARCHIVE COMPONENT development)
install(EXPORT pier-targets NAMESPACE pier:: DESTINATION "${package_folder}" COMPONENT development)
foreach(include IN ITEMS core/include lib/cli/include lib/server/include)
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/${include}/" TYPE INCLUDE COMPONENT development)
endforeach()

configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/pier-config.cmake.in" "${PROJECT_BINARY_DIR}/pier-config.cmake"
  INSTALL_DESTINATION "${package_folder}" NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/pier-config-version.cmake" COMPATIBILITY SameMinorVersion)
install(FILES
  "${PROJECT_BINARY_DIR}/pier-config.cmake"
  "${PROJECT_BINARY_DIR}/pier-config-version.cmake"
  "${CMAKE_CURRENT_LIST_DIR}/FindLibuv.cmake"
  DESTINATION "${package_folder}" COMPONENT development)
