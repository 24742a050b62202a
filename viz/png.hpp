#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace xg::viz {

/// Pixels of three bytes (red, green, blue), row by row.
struct Bitmap {
  std::size_t width = 0;
  std::size_t height = 0;
  std::vector<std::uint8_t> rgb;
};

/// The bytes of a PNG file (8 bits a channel, no alpha).
///
/// @throws ValueError if width or height is 0 or rgb does not hold 3 * width * height bytes.
/// Source: ISO/IEC 15948, Portable Network Graphics.
std::string encode_png(const Bitmap& bitmap);

/// RFC 4648, with padding.
std::string base64(const std::string& bytes);

}  // namespace xg::viz
