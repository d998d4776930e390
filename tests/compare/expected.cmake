# Runs every behaviour on this system and fails where an outcome is not the expected one, or breaks a promise:
#   cmake "-DPROGRAM=<pier-compare, by whatever runs it>" -DSYSTEM=<name> -DEXPECTED=<file> -DFOLDER=<scratch folder> -P expected.cmake
cmake_minimum_required(VERSION 3.25)

if(NOT EXISTS "${EXPECTED}")
  message("nothing is expected of ${SYSTEM} yet: ${EXPECTED} does not exist")
  return()
endif()

# Names of files without a folder mean the same to a program of another system.
file(COPY_FILE "${EXPECTED}" "${FOLDER}/expected.json")
list(REMOVE_ITEM PROGRAM "")
execute_process(COMMAND ${PROGRAM} --system ${SYSTEM} --format json --output observed.json
  WORKING_DIRECTORY "${FOLDER}" RESULT_VARIABLE ran)
if(NOT ran MATCHES "^[01]$")
  message(FATAL_ERROR "pier-compare has ended with status ${ran}")
endif()
execute_process(COMMAND ${PROGRAM} diff --strict expected.json observed.json
  WORKING_DIRECTORY "${FOLDER}" RESULT_VARIABLE differs)
if(NOT differs MATCHES "^[01]$")
  message(FATAL_ERROR "pier-compare diff has ended with status ${differs}")
endif()
if(ran EQUAL 1)
  execute_process(COMMAND ${PROGRAM} merge observed.json --differences WORKING_DIRECTORY "${FOLDER}")
  message(FATAL_ERROR "an outcome is outside of Pier's contract")
endif()
if(differs EQUAL 1)
  message(FATAL_ERROR "an outcome has changed; where that is meant, ci/compare --renew writes ci/expected/${SYSTEM}.json anew")
endif()
