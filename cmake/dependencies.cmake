# Every dependency is a Debian package. xtensor alone appears in public headers; the rest is private.

find_package(xtensor REQUIRED)
find_package(xsimd REQUIRED)
find_package(fmt REQUIRED)
find_package(BLAS REQUIRED)
find_package(LAPACK REQUIRED)
find_package(Threads REQUIRED)
find_package(ZLIB REQUIRED)
find_package(xtensor-blas REQUIRED)
# Not by its package file: Debian 12's insists on the headers of OpenCL, which nothing here needs.
find_library(XGRAD_DNNL_LIBRARY dnnl)
find_path(XGRAD_DNNL_INCLUDE oneapi/dnnl/dnnl.h)
find_path(XGRAD_RANDOM123_INCLUDE Random123/philox.h REQUIRED)
find_path(XGRAD_CBLAS_INCLUDE cblas.h PATH_SUFFIXES openblas ${CMAKE_LIBRARY_ARCHITECTURE} REQUIRED)

# What core's sources may use and no header may show.
add_library(xgrad_backends INTERFACE)
target_include_directories(xgrad_backends SYSTEM INTERFACE
  ${XGRAD_RANDOM123_INCLUDE} ${XGRAD_CBLAS_INCLUDE} $<TARGET_PROPERTY:xsimd,INTERFACE_INCLUDE_DIRECTORIES>)
target_link_libraries(xgrad_backends INTERFACE ${BLAS_LIBRARIES} ${LAPACK_LIBRARIES} Threads::Threads)
if(NOT XGRAD_DNNL_LIBRARY OR NOT XGRAD_DNNL_INCLUDE)
  set(XGRAD_ONEDNN OFF)
endif()
if(XGRAD_ONEDNN)
  target_include_directories(xgrad_backends SYSTEM INTERFACE ${XGRAD_DNNL_INCLUDE})
  target_link_libraries(xgrad_backends INTERFACE ${XGRAD_DNNL_LIBRARY})
endif()

# What reads and writes files.
add_library(xgrad_files INTERFACE)
target_link_libraries(xgrad_files INTERFACE ZLIB::ZLIB)
