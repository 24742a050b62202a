#include "xgrad/ops/maxout.hpp"

#include "xgrad/ops/extremum.hpp"
#include "xgrad/ops/shape.hpp"

namespace xg {

template <Element T>
Variable<T> maxout(const Variable<T>& x, std::ptrdiff_t pieces, std::ptrdiff_t axis) {
  const std::size_t at = normalize_axis("maxout", "axis", axis, x.dimension());
  const std::size_t extent = x.shape()[at];
  require<ValueError>(pieces >= 1 && extent % static_cast<std::size_t>(pieces) == 0, "maxout",
                      "pieces", "be >= 1 and divide the extent " + std::to_string(extent), pieces);
  Shape shape = x.shape();
  shape[at] = extent / static_cast<std::size_t>(pieces);
  shape.insert(shape.begin() + at + 1, static_cast<std::size_t>(pieces));
  return amax(reshape(x, shape), static_cast<std::ptrdiff_t>(at) + 1);
}

template Variable<float> maxout(const Variable<float>&, std::ptrdiff_t, std::ptrdiff_t);
template Variable<double> maxout(const Variable<double>&, std::ptrdiff_t, std::ptrdiff_t);

}  // namespace xg
