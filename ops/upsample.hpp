#pragma once

#include "xgrad/autograd/variable.hpp"

namespace xg {

enum class UpsampleMode : std::uint8_t {
  nearest,  ///< the entry floor(i n / m)
  linear,   ///< between the two nearest entries, along each axis by itself (bilinear, trilinear)
};

struct UpsampleOptions {
  UpsampleMode mode = UpsampleMode::nearest;
  /// Of mode linear. false: entries are cells, i counts from (i + 1/2) n / m - 1/2, not below 0;
  /// true: entries are points and the first and the last ones coincide, i (n - 1) / (m - 1).
  bool align_corners = false;
};

/// Images of other extents (torch.nn.functional.interpolate), larger or smaller.
///
/// @param x     [batch, channels, n_1, n_2, ...].
/// @param size  extents m_1, m_2, ... of the result; one for each axis after the channels.
/// @return      [batch, channels, m_1, m_2, ...].
/// @throws ShapeError for another number of axes; ValueError for an extent of 0.
/// Gradient: gy, distributed with the same weights.
template <Element T>
Variable<T> upsample(const Variable<T>& x, const Shape& size, UpsampleOptions options = {});

}  // namespace xg
