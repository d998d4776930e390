# Fails where docs/behaviour.md is not what pier-compare makes of ci/expected:
#   cmake "-DPROGRAM=<pier-compare, by whatever runs it>" "-DROOT=<folder of the project>" -DFOLDER=<scratch folder> -P documented.cmake
cmake_minimum_required(VERSION 3.25)

# Names of files without a folder mean the same to a program of another system.
foreach(system IN ITEMS linux wine)
  file(COPY_FILE "${ROOT}/ci/expected/${system}.json" "${FOLDER}/${system}.json")
endforeach()
list(REMOVE_ITEM PROGRAM "")
execute_process(COMMAND ${PROGRAM} merge linux.json wine.json --format catalogue --output behaviour.md
  WORKING_DIRECTORY "${FOLDER}" RESULT_VARIABLE status)
if(NOT status MATCHES "^[01]$")
  message(FATAL_ERROR "pier-compare has ended with status ${status}")
endif()
execute_process(COMMAND "${CMAKE_COMMAND}" -E compare_files "${ROOT}/docs/behaviour.md" "${FOLDER}/behaviour.md"
  RESULT_VARIABLE differs)
if(NOT differs EQUAL 0)
  message(FATAL_ERROR "docs/behaviour.md is not what ${FOLDER}/behaviour.md says; ci/compare --renew writes it anew, and so does:\n"
    "pier-compare merge ci/expected/linux.json ci/expected/wine.json --format catalogue --output docs/behaviour.md")
endif()
