# Kernels are compiled once per instruction set: a file named *_baseline.cpp, *_avx2.cpp or
# *_avx512.cpp includes the one source and gets the flags here. Optimised even in Debug: without
# inlining, templates that several of them share would be merged by the linker, and an AVX-512 copy
# could run on a machine without it. No contraction: an fma is where the source says so, which keeps
# an element's bits independent of its position.
file(GLOB kernels CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/kernels/*_baseline.cpp
  ${CMAKE_CURRENT_LIST_DIR}/kernels/*_avx2.cpp ${CMAKE_CURRENT_LIST_DIR}/kernels/*_avx512.cpp)
foreach(kernel IN LISTS kernels)
  set(flags -O3 -ffp-contract=off)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64" AND kernel MATCHES "_avx2.cpp$")
    list(APPEND flags -mavx2 -mfma)
  elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64" AND kernel MATCHES "_avx512.cpp$")
    list(APPEND flags -mavx2 -mfma -mavx512f -mavx512cd -mavx512bw -mavx512dq -mavx512vl
      -mprefer-vector-width=512)  # of plain loops
  endif()
  if(XGRAD_SANITIZE)
    # Array accesses stay checked. Checks of every batch, a variable of its own after inlining, made
    # a file compile for more than ten minutes.
    list(APPEND flags -fno-sanitize=undefined)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
      list(APPEND flags --param=asan-stack=0)
    else()
      list(APPEND flags -mllvm -asan-stack=0)
    endif()
  endif()
  if(kernel MATCHES "/optimizer_")
    list(APPEND flags -fno-math-errno)  # plain loops around sqrt
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    list(APPEND flags -Wno-maybe-uninitialized -Wno-uninitialized)  # g++'s own AVX-512 headers
  endif()
  set_source_files_properties(${kernel} PROPERTIES COMPILE_OPTIONS "${flags}"
    SKIP_PRECOMPILE_HEADERS ON)
endforeach()

# Without oneDNN these files are empty. A definition of their own keeps the precompiled header out.
if(XGRAD_ONEDNN)
  set_source_files_properties(${CMAKE_CURRENT_LIST_DIR}/kernels/gemm_onednn.cpp
    ${CMAKE_CURRENT_LIST_DIR}/kernels/conv_onednn.cpp
    PROPERTIES COMPILE_DEFINITIONS XGRAD_WITH_ONEDNN SKIP_PRECOMPILE_HEADERS ON)
endif()
