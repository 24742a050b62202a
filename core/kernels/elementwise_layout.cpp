#include "xgrad/core/kernels/elementwise_layout.hpp"

namespace xg::kernels {

bool Layout::is_repeated(std::size_t k) const {
  for (std::size_t axis = 0; axis < dims.size(); ++axis) {
    if (stride(axis, k) != 0) return false;
  }
  return true;
}

bool Layout::is_contiguous(std::size_t k) const {
  std::ptrdiff_t step = 1;
  for (std::size_t axis = 0; axis < dims.size(); ++axis) {
    if (stride(axis, k) != step) return false;
    step *= static_cast<std::ptrdiff_t>(dims[axis]);
  }
  return true;
}

Odometer::Odometer(const Layout& layout, std::size_t first, std::size_t position)
    : layout_(layout), first_(first), index_(layout.dims.size(), 0), offset_(layout.operands, 0) {
  for (std::size_t axis = first; axis < layout.dims.size(); ++axis) {
    index_[axis] = position % layout.dims[axis];
    position /= layout.dims[axis];
    for (std::size_t k = 0; k < layout.operands; ++k) {
      offset_[k] += static_cast<std::ptrdiff_t>(index_[axis]) * layout.stride(axis, k);
    }
  }
}

void Odometer::next() {
  for (std::size_t axis = first_; axis < layout_.dims.size(); ++axis) {
    const bool wraps = ++index_[axis] == layout_.dims[axis];
    const auto steps = wraps ? 1 - static_cast<std::ptrdiff_t>(layout_.dims[axis]) : 1;
    for (std::size_t k = 0; k < layout_.operands; ++k)
      offset_[k] += steps * layout_.stride(axis, k);
    if (!wraps) return;
    index_[axis] = 0;
  }
}

template <class T>
void gather(const Layout& layout, std::size_t k, const T* data, std::size_t begin, std::size_t n,
            T* out) {
  const std::size_t length = layout.dims[0];
  const std::ptrdiff_t step = layout.stride(0, k);
  Odometer row(layout, 1, begin / length);
  std::size_t column = begin % length;
  while (n > 0) {
    const std::size_t run = std::min(n, length - column);
    const T* from = data + row.offset(k) + static_cast<std::ptrdiff_t>(column) * step;
    for (std::size_t i = 0; i < run; ++i) out[i] = from[static_cast<std::ptrdiff_t>(i) * step];
    out += run;
    n -= run;
    column = 0;
    row.next();
  }
}

template void gather(const Layout&, std::size_t, const float*, std::size_t, std::size_t, float*);
template void gather(const Layout&, std::size_t, const double*, std::size_t, std::size_t, double*);

}  // namespace xg::kernels
