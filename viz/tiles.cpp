#include "xgrad/viz/tiles.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "xgrad/core/error.hpp"

namespace xg::viz {
namespace {

using Rgb = std::array<std::uint8_t, 3>;

std::uint8_t byte(double unit) {
  return static_cast<std::uint8_t>(std::lround(255 * std::clamp(unit, 0., 1.)));
}

Rgb mix(const std::array<double, 3>& full, double amount) {
  Rgb rgb;
  for (std::size_t i = 0; i < 3; ++i) rgb[i] = byte(1 + (full[i] - 1) * std::min(amount, 1.));
  return rgb;
}

Rgb colour_of(double value, Colours colours, double largest) {
  if (std::isnan(value)) return {255, 220, 0};
  if (colours == Colours::diverging) {
    return mix(value < 0 ? std::array{.13, .40, .67} : std::array{.70, .09, .17},
               std::abs(value) / largest);
  }
  const std::uint8_t grey = byte(colours == Colours::paper ? 1 - value : value);
  return {grey, grey, grey};
}

}  // namespace

Bitmap to_bitmap(const Array<double>& image, Colours colours, std::size_t scale, double largest) {
  const Shape shape(image.shape());
  const std::size_t rank = shape.size();
  const std::size_t channels = rank == 3 ? shape[0] : 1;
  const bool fits =
      (rank == 2 || rank == 3) && (channels == 1 || (channels == 3 && colours == Colours::grey));
  require<ShapeError>(fits, "to_bitmap", "image", "be [height, width] or [1 or 3, height, width]",
                      shape);
  const std::size_t height = shape[rank - 2], width = shape[rank - 1];
  Bitmap bitmap{width * scale, height * scale, {}};
  bitmap.rgb.reserve(3 * bitmap.width * bitmap.height);
  for (std::size_t y = 0; y < bitmap.height; ++y) {
    for (std::size_t x = 0; x < bitmap.width; ++x) {
      const double* value = image.data() + y / scale * width + x / scale;
      Rgb rgb = colour_of(*value, colours, largest);
      if (channels == 3)
        rgb = {byte(value[0]), byte(value[height * width]), byte(value[2 * height * width])};
      bitmap.rgb.insert(bitmap.rgb.end(), rgb.begin(), rgb.end());
    }
  }
  return bitmap;
}

}  // namespace xg::viz
