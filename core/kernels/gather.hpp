#pragma once
#include <cstddef>
#include <cstdint>

/// Reading and writing at places that an index array names along one axis. The index has the rank
/// of x, rank >= 1, and along the other axes at most its extents. Its entries are places on the
/// axis, already checked; at negative ones nothing is read or written.
namespace xg::kernels {

/// x [shape] and the index array beside it.
struct Places {
  const std::size_t* shape;
  std::size_t rank;
  std::size_t axis;
  const std::int64_t* index;
  const std::size_t* index_shape;
};

/// y = x at the places, y of the index's shape; 0 where the index is negative.
template <class T>
void gather(const T* x, const Places& places, T* y);
/// x = y at the places, x += y at the places; y has the index's shape. Of several elements that
/// go to one place the later ones are written last.
template <class T>
void scatter(const T* y, const Places& places, T* x);
template <class T>
void scatter_add(const T* y, const Places& places, T* x);

}  // namespace xg::kernels
