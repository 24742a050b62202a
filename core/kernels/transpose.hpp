#pragma once
#include <cstddef>
#include <cstdint>

/// Moves between layouts: float, double; copies also for std::int64_t. Strides count elements, may
/// be negative or 0.
namespace xg::kernels {

/// y = x with its axes in another order: axis i of y is axis axes[i] of x [shape]. Both contiguous,
/// not overlapping.
template <class T>
void permute(const T* x, const std::size_t* shape, const std::size_t* axes, std::size_t rank, T* y);

/// y [shape], contiguous, = the view of x with these strides; x points to its first element. A
/// slice, a transpose, a diagonal and a broadcast array (stride 0) are such views.
template <class T>
void strided_copy(const T* x, const std::ptrdiff_t* strides, const std::size_t* shape,
                  std::size_t rank, T* y);

/// The view of y with these strides = x [shape], or += x. x is contiguous; no element of the view
/// occurs twice.
template <class T>
void strided_assign(const T* x, const std::size_t* shape, std::size_t rank, T* y,
                    const std::ptrdiff_t* strides);
template <class T>
void strided_add(const T* x, const std::size_t* shape, std::size_t rank, T* y,
                 const std::ptrdiff_t* strides);

/// y [shape] = x [x_shape] repeated by NumPy's rule; x_shape must broadcast to shape.
template <class T>
void broadcast_copy(const T* x, const std::size_t* x_shape, std::size_t x_rank,
                    const std::size_t* shape, std::size_t rank, T* y);

}  // namespace xg::kernels
