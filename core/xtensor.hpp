#pragma once

// The one place where xtensor is included, so that its moved headers (>= 0.26) and its trap under
// g++ in C++20 (see below) are dealt with once.

#include "xgrad/core/small_vector.hpp"

#if __has_include(<xtensor/containers/xarray.hpp>)
#include <xtensor/containers/xarray.hpp>
#include <xtensor/core/xmath.hpp>
#include <xtensor/core/xnoalias.hpp>
#include <xtensor/core/xshape.hpp>
#include <xtensor/generators/xbuilder.hpp>
#include <xtensor/views/xview.hpp>
#else
#include <xtensor/xarray.hpp>
#include <xtensor/xbuilder.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xnoalias.hpp>
#include <xtensor/xshape.hpp>
#include <xtensor/xview.hpp>
#endif

namespace xt {

// Shapes and strides of xg::Array: strides are the same container with signed elements.
template <class X, class T>
struct rebind_container<X, xg::SmallVector<T>> {
  using type = xg::SmallVector<X>;
};

#if XTENSOR_VERSION_MAJOR == 0 && XTENSOR_VERSION_MINOR < 26
namespace detail {
// Under g++ in C++20 xtensor < 0.26 takes a dynamic shape (svector) for a std::array, because its
// own guard tests for C++17 exactly and defaulted template arguments match (P0522): the temporaries
// of expressions then get a fixed rank of 4 and garbage shapes. A full specialisation settles it.
template <>
struct xtype_for_shape<xt::svector<std::size_t, 4, std::allocator<std::size_t>, true>> {
  template <class T, layout_type L>
  using type = xarray<T, L>;
};
}  // namespace detail
#endif

}  // namespace xt
