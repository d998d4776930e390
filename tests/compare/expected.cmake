# Runs every behaviour on this system and fails where an outcome is not the expected one, or breaks a promise:
#   cmake "-DPROGRAM=<pier-compare, by whatever runs it>" -DSYSTEM=<name> -DEXPECTED=<file> -DFOLDER=<scratch folder> -P expected.cmake
cmake_minimum_required(VERSION 3.25)

if(NOT EXISTS "${EXPECTED}")
  message("nothing is expected of ${SYSTEM} yet: ${EXPECTED} does not exist")
  return()
endif()

file(MAKE_DIRECTORY "${FOLDER}")
# Names of files without a folder mean the same to a program of another system.
file(COPY_FILE "${EXPECTED}" "${FOLDER}/expected.json")
list(REMOVE_ITEM PROGRAM "")

# Sets `complaint`, empty where everything is as expected.
function(observe)
  execute_process(COMMAND ${PROGRAM} --system ${SYSTEM} --format json --output observed.json
    WORKING_DIRECTORY "${FOLDER}" RESULT_VARIABLE ran)
  if(NOT ran MATCHES "^[01]$")
    set(complaint "pier-compare has ended with status ${ran}" PARENT_SCOPE)
    return()
  endif()
  execute_process(COMMAND ${PROGRAM} diff --strict expected.json observed.json
    WORKING_DIRECTORY "${FOLDER}" RESULT_VARIABLE differs)
  if(ran EQUAL 1)
    execute_process(COMMAND ${PROGRAM} merge observed.json --differences WORKING_DIRECTORY "${FOLDER}")
    set(complaint "an outcome is outside of Pier's contract" PARENT_SCOPE)
  elseif(differs EQUAL 1)
    set(complaint "an outcome has changed; where that is meant, ci/compare --renew writes ci/expected/${SYSTEM}.json anew"
      PARENT_SCOPE)
  elseif(NOT differs EQUAL 0)
    set(complaint "pier-compare diff has ended with status ${differs}" PARENT_SCOPE)
  else()
    set(complaint "" PARENT_SCOPE)
  endif()
endfunction()

# A change shows in every run. Raw probes wait 100 ms for what must not come, and a machine that stands still for that
# long is no change: so there is a second run, after which the complaint of the first is still to be read.
observe()
if(complaint)
  message("${complaint}; once more")
  observe()
endif()
if(complaint)
  message(FATAL_ERROR "${complaint}")
endif()
