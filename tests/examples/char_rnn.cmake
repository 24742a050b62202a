# Runs the example on a small text: it learns, a run that stopped goes on as if it had not, and
# without a text it says what it needs. Variables: PROGRAM, TEXT, FOLDER.
file(MAKE_DIRECTORY ${FOLDER})
set(small --hidden 32 --layers 1 --streams 8 --length 16 --report-every 20 --lr 0.01 --threads 1
  --sample 40)

function(run result)
  execute_process(COMMAND ${PROGRAM} ${ARGN} WORKING_DIRECTORY ${FOLDER}
    OUTPUT_VARIABLE out ERROR_VARIABLE error RESULT_VARIABLE code)
  string(REGEX MATCH "step +40  training [0-9.]+  held out ([0-9.]+) bits" last "${out}")
  set(${result} "${CMAKE_MATCH_1}" PARENT_SCOPE)
  set(error "${error}" PARENT_SCOPE)
  set(code "${code}" PARENT_SCOPE)
endfunction()

run(whole --file ${TEXT} ${small} --steps 40)
if(NOT code EQUAL 0 OR NOT whole OR whole GREATER 5)
  message(FATAL_ERROR "expected less than 5 bits a character after 40 steps, got '${whole}' ${error}")
endif()
run(half --file ${TEXT} ${small} --steps 20 --checkpoint run.ckpt)
run(resumed --file ${TEXT} ${small} --steps 40 --checkpoint run.ckpt --resume)
if(NOT resumed STREQUAL whole)
  message(FATAL_ERROR "expected the resumed run to end at ${whole}, got '${resumed}' ${error}")
endif()
set(ENV{XGRAD_SHAKESPEARE} "")
run(none ${small})
if(code EQUAL 0 OR NOT error MATCHES "give --file TEXT or set XGRAD_SHAKESPEARE")
  message(FATAL_ERROR "expected a sentence on the missing text, got '${error}'")
endif()
