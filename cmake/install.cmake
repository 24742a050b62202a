# Installs a built library, its headers and its package file, so that find_package(xgrad) works.
include(CMakePackageConfigHelpers)

# What only the sources include: backends, templates compiled once per instruction set.
set(XGRAD_PRIVATE_HEADERS "_(isa|backend|ops|table|layout)\\.hpp$|/simd_[^/]*\\.hpp$")

function(xg_install target)  # xg_install(<target> [COMPONENT <name>]): a component is left out of "all"
  cmake_parse_arguments(INSTALL "" "COMPONENT" "" ${ARGN})
  set(component)
  if(INSTALL_COMPONENT)
    set(component COMPONENT ${INSTALL_COMPONENT} EXCLUDE_FROM_ALL)
  endif()
  set(package ${CMAKE_INSTALL_LIBDIR}/cmake/xgrad)
  set(export xgradTargets${INSTALL_COMPONENT})
  get_target_property(kind ${target} TYPE)

  install(TARGETS ${target} EXPORT ${export}
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} ${component}
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} ${component})
  install(EXPORT ${export} FILE xgradTargets.cmake NAMESPACE xgrad:: DESTINATION ${package}
    ${component})

  get_property(layers GLOBAL PROPERTY XGRAD_LAYERS)
  foreach(folder IN LISTS layers)
    install(DIRECTORY ${PROJECT_SOURCE_DIR}/${folder}/
      DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/xgrad/${folder} ${component}
      FILES_MATCHING PATTERN "*.hpp" REGEX ${XGRAD_PRIVATE_HEADERS} EXCLUDE)
  endforeach()
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
    ${component} FILES_MATCHING PATTERN "*.hpp")

  set(XGRAD_STATIC OFF)
  if(kind STREQUAL "STATIC_LIBRARY")
    set(XGRAD_STATIC ON)
  endif()
  set(generated ${PROJECT_BINARY_DIR}/package${INSTALL_COMPONENT})
  configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/xgradConfig.cmake.in
    ${generated}/xgradConfig.cmake INSTALL_DESTINATION ${package})
  write_basic_package_version_file(${generated}/xgradConfigVersion.cmake
    COMPATIBILITY SameMinorVersion)
  install(FILES ${generated}/xgradConfig.cmake ${generated}/xgradConfigVersion.cmake
    DESTINATION ${package} ${component})
endfunction()
