# Runs the demonstration as a newcomer does: its gradients are checked, it reaches 97 %, its report
# refers to nothing outside, and one and two threads print the same figures. Without MNIST it says
# which file it misses. Variables: PROGRAM, FOLDER.
file(REMOVE_RECURSE ${FOLDER})
file(MAKE_DIRECTORY ${FOLDER})

function(run)
  execute_process(COMMAND ${PROGRAM} ${ARGN} WORKING_DIRECTORY ${FOLDER}
    OUTPUT_VARIABLE out ERROR_VARIABLE error RESULT_VARIABLE code)
  set(out "${out}" PARENT_SCOPE)
  set(error "${error}" PARENT_SCOPE)
  set(code "${code}" PARENT_SCOPE)
endfunction()

function(expect text pattern)
  if(NOT text MATCHES "${pattern}")
    message(SEND_ERROR "expected '${pattern}' in:\n${text}\n${error}")
  endif()
endfunction()

# What a run prints of each epoch, without its speed.
function(figures_of text result)
  string(REGEX MATCHALL "epoch [0-9]+/60  loss [0-9.]+  accuracy [0-9.]+  held-out accuracy [0-9.]+"
    lines "${text}")
  list(LENGTH lines count)
  if(NOT count EQUAL 60)
    message(SEND_ERROR "expected 60 epochs, got ${count}:\n${text}")
  endif()
  set(${result} "${lines}" PARENT_SCOPE)
endfunction()

run(--threads 1)
expect("${code}" "^0$")
expect("${out}" "gradient check in double: [0-9]+ derivatives, all agree with differences")
expect("${out}" "initial loss 2\\.[23][0-9]*, near ln 10")
expect("${out}" "held-out accuracy (9[789]|100)\\.[0-9]+ % after [0-9.]+ s of training")
expect("${out}" "report: report.html")
figures_of("${out}" one)

file(READ ${FOLDER}/report.html report)
expect("${report}" "<svg")
expect("${report}" "data:image/png;base64")
if(report MATCHES "(src|href)=\"(https?:|//|[^d#\"])")
  message(SEND_ERROR "the report refers to something outside: ${CMAKE_MATCH_0}")
endif()

run(--threads 2 --report second.html)
figures_of("${out}" two)
if(NOT one STREQUAL two)
  message(SEND_ERROR "two threads print other figures than one:\n${one}\n${two}")
endif()

run(--data mnist --dir nowhere)
expect("${code}" "^1$")
expect("${error}" "^error: mnist: nowhere/train-images-idx3-ubyte: no such file, nor with .gz\n$")
