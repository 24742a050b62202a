#pragma once

#include <xgrad/core/array.hpp>
#include <xgrad/viz/png.hpp>

namespace xg::viz {

enum class Colours {
  grey,       ///< 0 black, 1 white
  paper,      ///< 0 white, 1 black: digits as written
  diverging,  ///< blue below 0, white at 0, red above; scaled by the largest magnitude of all tiles
};

/// One image as a bitmap, every value a square of scale x scale pixels.
///
/// @param image    [height, width], [1, height, width] or, in grey only, [3, height, width].
///                 Values are clipped to the range of the colours; NaN is shown in yellow.
/// @param largest  what counts as full red or blue in diverging colours, > 0.
/// @throws ShapeError for another shape.
Bitmap to_bitmap(const Array<double>& image, Colours colours, std::size_t scale,
                 double largest = 1);

}  // namespace xg::viz
