# Preprocesses SOURCE with the include roots ROOTS; fails with what it says.
list(TRANSFORM ROOTS PREPEND -I)
execute_process(COMMAND ${COMPILER} -std=c++20 ${ROOTS} -fsyntax-only ${SOURCE}
  RESULT_VARIABLE result ERROR_VARIABLE output)
if(NOT result EQUAL 0)
  message("${output}")
  message(FATAL_ERROR "a border between layers is broken")
endif()
