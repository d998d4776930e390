# Fails where docs/behaviour.md is not what pier-compare makes of ci/expected:
#   cmake "-DPROGRAM=<pier-compare>" "-DROOT=<folder of the project>" -DFOLDER=<scratch folder> -P documented.cmake
cmake_minimum_required(VERSION 3.25)

execute_process(COMMAND "${PROGRAM}" merge ci/expected/linux.json ci/expected/wine-10.json ci/expected/wine-8.json --format catalogue
    --output "${FOLDER}/behaviour.md"
  WORKING_DIRECTORY "${ROOT}" RESULT_VARIABLE status)
if(NOT status MATCHES "^[01]$")
  message(FATAL_ERROR "pier-compare has ended with status ${status}")
endif()
execute_process(COMMAND "${CMAKE_COMMAND}" -E compare_files "${ROOT}/docs/behaviour.md" "${FOLDER}/behaviour.md"
  RESULT_VARIABLE differs)
if(NOT differs EQUAL 0)
  message(FATAL_ERROR "docs/behaviour.md is not what ${FOLDER}/behaviour.md says; ci/compare --renew writes it anew, and so does:\n"
    "pier-compare merge ci/expected/linux.json ci/expected/wine-10.json ci/expected/wine-8.json --format catalogue --output docs/behaviour.md")
endif()
