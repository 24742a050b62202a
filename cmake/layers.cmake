# One target a folder, whose include root holds a link to that folder alone: a header above its layer
# cannot be found. The objects are combined into one library, xgrad.

set_property(GLOBAL PROPERTY XGRAD_LAYERS)

add_library(xgrad_flags INTERFACE)
target_compile_features(xgrad_flags INTERFACE cxx_std_20)
target_compile_options(xgrad_flags INTERFACE -Wall -Wextra -Wshadow
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>
  $<$<CXX_COMPILER_ID:GNU>:-Wno-array-bounds;-Wno-maybe-uninitialized;-Wno-stringop-overflow>  # false alarms
  $<$<BOOL:${XGRAD_WERROR}>:-Werror>)
if(XGRAD_SANITIZE)
  target_compile_options(xgrad_flags INTERFACE -fsanitize=${XGRAD_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  target_link_options(xgrad_flags INTERFACE -fsanitize=${XGRAD_SANITIZE})
endif()

function(xg_layer folder)  # xg_layer(<folder> USES <layers>... [PRIVATE <targets>...])
  cmake_parse_arguments(LAYER "" "" "USES;PRIVATE" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.cpp)
  add_library(xg_${folder} OBJECT ${sources} ${PROJECT_SOURCE_DIR}/cmake/empty.cpp)
  set(root ${PROJECT_BINARY_DIR}/include/${folder})
  file(MAKE_DIRECTORY ${root}/xgrad)
  file(CREATE_LINK ${PROJECT_SOURCE_DIR}/${folder} ${root}/xgrad/${folder} SYMBOLIC)
  target_include_directories(xg_${folder} PUBLIC $<BUILD_INTERFACE:${root}>)
  target_link_libraries(xg_${folder} PUBLIC ${LAYER_USES} PRIVATE xgrad_flags fmt::fmt ${LAYER_PRIVATE})
  target_compile_features(xg_${folder} PUBLIC cxx_std_20)
  set_target_properties(xg_${folder} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  # Parsed once for all layers. The clang build does without, so that a missing include shows.
  if(folder STREQUAL core)
    target_precompile_headers(xg_core PRIVATE <algorithm> <cmath> <functional> <memory> <optional>
      <span> <string> <vector> <fmt/format.h> ${PROJECT_SOURCE_DIR}/core/array.hpp)
  else()
    target_precompile_headers(xg_${folder} REUSE_FROM xg_core)
  endif()
  # Several files at a time: half of a small file's time goes to what they share. Not in core, io
  # and data, where file-local names repeat (a kernel's block, a format's reader), and not the tape
  # and the smallest operations: the compiler inlines less in a large unit (8 % of chain_scalar).
  if(XGRAD_UNITY AND NOT folder MATCHES "^(core|autograd|io|data)$")
    set_target_properties(xg_${folder} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 16)
    set_source_files_properties(${PROJECT_SOURCE_DIR}/ops/arithmetic.cpp
      ${PROJECT_SOURCE_DIR}/ops/elementary.cpp ${PROJECT_SOURCE_DIR}/ops/broadcast.cpp
      PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  endif()
  if(EXISTS ${PROJECT_SOURCE_DIR}/${folder}/sources.cmake)
    include(${PROJECT_SOURCE_DIR}/${folder}/sources.cmake)  # flags of single files
  endif()
  set_property(GLOBAL APPEND PROPERTY XGRAD_LAYERS ${folder})
endfunction()

# xg_library(<target> [STATIC | SHARED]): all layers as one library, by default of the kind that
# BUILD_SHARED_LIBS names. The other kind costs a link only, since the objects are the same.
function(xg_library target)
  get_property(layers GLOBAL PROPERTY XGRAD_LAYERS)
  set(objects)
  set(roots)
  foreach(folder IN LISTS layers)
    list(APPEND objects $<TARGET_OBJECTS:xg_${folder}>)
    list(APPEND roots $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include/${folder}>)
  endforeach()
  add_library(${target} ${ARGN} ${objects})
  target_include_directories(${target} PUBLIC ${roots}
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_link_libraries(${target} PUBLIC xtensor PRIVATE fmt::fmt $<BUILD_INTERFACE:xgrad_backends>
    $<BUILD_INTERFACE:xgrad_files>)
  target_compile_features(${target} PUBLIC cxx_std_20)
  set_target_properties(${target} PROPERTIES OUTPUT_NAME xgrad EXPORT_NAME xgrad
    VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR})
  if(XGRAD_SANITIZE)
    target_link_options(${target} PUBLIC -fsanitize=${XGRAD_SANITIZE})
  else()
    target_link_options(${target} PRIVATE -Wl,--no-undefined)  # of a shared library
  endif()
endfunction()
