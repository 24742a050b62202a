# cmake -D PROGRAM=<golden_test> -D SOURCE=<tests/golden> -D FOLDER=<scratch> -P self_check.cmake
# The program that checks the library is checked itself: it must notice a wrong value, gradient, shape
# and operation, and refuse a damaged folder in one sentence.

file(READ ${SOURCE}/binary.json good)

function(run name manifest expected_code expected_text)
  set(folder ${FOLDER}/${name})
  file(MAKE_DIRECTORY ${folder})
  file(WRITE ${folder}/index.json
    "{\"format\": 1, \"families\": [{\"family\": \"binary\", \"manifest\": \"binary.json\"}]}")
  file(WRITE ${folder}/binary.json "${manifest}")
  if(ARGC GREATER 4)  # that many bytes of the tensors
    execute_process(COMMAND head -c ${ARGV4} ${SOURCE}/binary.safetensors
      OUTPUT_FILE ${folder}/binary.safetensors)
  else()
    file(COPY ${SOURCE}/binary.safetensors DESTINATION ${folder})
  endif()
  execute_process(COMMAND ${CMAKE_COMMAND} -E env XGRAD_GOLDEN_DIR=${folder} ${PROGRAM}
    RESULT_VARIABLE code OUTPUT_VARIABLE out ERROR_VARIABLE err)
  string(FIND "${out}${err}" "${expected_text}" at)
  if(NOT code EQUAL expected_code OR at EQUAL -1)
    message(SEND_ERROR "${name}: expected ${expected_code} and '${expected_text}', got ${code}:\n${out}${err}")
  endif()
endfunction()

macro(change variable from to)  # the first place where `from` stands
  string(FIND "${good}" "${from}" at)
  if(at EQUAL -1)
    message(SEND_ERROR "${from} is not in the manifest")
  endif()
  string(LENGTH "${from}" length)
  string(SUBSTRING "${good}" 0 ${at} ${variable})
  math(EXPR at "${at} + ${length}")
  string(SUBSTRING "${good}" ${at} -1 rest)
  string(APPEND ${variable} "${to}" "${rest}")
endmacro()

run(good "${good}" 0 "binary           56      0")
change(bad "\"op\": \"sub\"" "\"op\": \"add\"")
run(wrong_operation "${bad}" 1 "FAIL binary/005-sub add: output 0 differs in 12 of 12")
change(bad "\"op\": \"sub\"" "\"op\": \"nothing\"")
run(unknown_operation "${bad}" 1 "FAIL binary/005-sub nothing: op not supported")
change(with_null "\n   ],\n   \"outputs\"" ", {\"name\": \"c\", \"tensor\": null}], \"outputs\"")
run(absent_input "${with_null}" 0 "binary           56      0")
change(bad "\"tensor\": \"0.out.0\"" "\"tensor\": \"3.out.0\"")
run(wrong_shape "${bad}" 1 "FAIL binary/000-add add: output 0 has shape [3, 4] instead of [2, 3, 4]")
change(bad "\"tensor\": \"43.out.0\"" "\"tensor\": \"0.out.0\"")
run(wrong_kind "${bad}" 1 "FAIL binary/043-eq eq: output 0 holds booleans instead of numbers")
change(bad "\"grad\": \"5.grad.a\"" "\"grad\": \"5.grad.b\"")
run(wrong_gradient "${bad}" 1 "FAIL binary/005-sub sub: gradient of a differs in 12 of 12")
change(bad "\"second\": \"10.second.a\"" "\"second\": \"10.second.b\"")
run(wrong_second "${bad}" 1 "FAIL binary/010-mul mul: second-order gradient of a differs in 12 of 12")
change(bad "\"tensor\": \"0.in.a\"" "\"tensor\": \"lost\"")
run(missing_tensor "${bad}" 1 "has no tensor lost")
change(bad "\"op\": \"add\"," "")
run(no_operation "${bad}" 1 "FAIL binary/000-add (no op): the manifest is damaged")
run(no_manifest "{" 1 "binary.json is not JSON")
run(cut_header "${good}" 1 "ends within its header" 100)
run(cut_data "${good}" 1 "lies outside the file" 50000)
run(no_data "${good}" 1 "is too short for a safetensors file" 5)

execute_process(COMMAND ${CMAKE_COMMAND} -E env XGRAD_GOLDEN_DIR=${FOLDER}/nowhere ${PROGRAM}
  RESULT_VARIABLE code ERROR_VARIABLE err)
if(NOT code EQUAL 1 OR NOT err MATCHES "nowhere/index.json cannot be read")
  message(SEND_ERROR "a folder that is not there: ${code} ${err}")
endif()
