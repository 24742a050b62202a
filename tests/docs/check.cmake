# Runs PROGRAM, which must succeed and print the text of the file EXPECTED.
file(READ ${EXPECTED} expected)
execute_process(COMMAND ${PROGRAM} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE errors)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "the program fails: ${result}\n${output}${errors}")
endif()
if(NOT output STREQUAL expected)
  message(FATAL_ERROR "the page promises\n${expected}\nbut the program prints\n${output}")
endif()
