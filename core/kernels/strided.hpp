#pragma once
#include <cstddef>

#include <xgrad/core/small_vector.hpp>

namespace xg::kernels {

/// Two views of one shape, as few axes as describe them: axes of extent 1 left out, neighbours
/// merged where both views go on without a break.
struct ViewPair {
  SmallVector<std::size_t> extent;
  SmallVector<std::ptrdiff_t> x, y;  // strides

  void add(std::size_t n, std::ptrdiff_t x_stride, std::ptrdiff_t y_stride) {
    if (n == 1) return;
    const auto count = static_cast<std::ptrdiff_t>(n);
    if (!extent.empty() && x.back() == x_stride * count && y.back() == y_stride * count) {
      extent.back() *= n;
      x.back() = x_stride;
      y.back() = y_stride;
    } else {
      extent.push_back(n);
      x.push_back(x_stride);
      y.push_back(y_stride);
    }
  }

  std::size_t rank() const { return extent.size(); }

  void remove(std::size_t axis) {
    extent.erase(extent.begin() + axis);
    x.erase(x.begin() + axis);
    y.erase(y.begin() + axis);
  }
};

/// A place in the index space of a ViewPair's axes, counted in row-major order.
class Place {
 public:
  Place(const ViewPair& views, std::size_t index) : views_(views), at_(views.rank(), 0) {
    for (std::size_t a = views.rank(); a-- > 0; index /= views.extent[a]) {
      at_[a] = index % views.extent[a];
      x += static_cast<std::ptrdiff_t>(at_[a]) * views.x[a];
      y += static_cast<std::ptrdiff_t>(at_[a]) * views.y[a];
    }
  }

  void next() {
    for (std::size_t a = views_.rank(); a-- > 0;) {
      x += views_.x[a];
      y += views_.y[a];
      if (++at_[a] < views_.extent[a]) return;
      const auto n = static_cast<std::ptrdiff_t>(views_.extent[a]);
      x -= n * views_.x[a];
      y -= n * views_.y[a];
      at_[a] = 0;
    }
  }

  std::ptrdiff_t x = 0, y = 0;  // offsets in both views

 private:
  const ViewPair& views_;
  SmallVector<std::size_t> at_;
};

}  // namespace xg::kernels
