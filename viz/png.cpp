#include "xgrad/viz/png.hpp"

#include <zlib.h>

#include "xgrad/core/error.hpp"

namespace xg::viz {
namespace {

void append_word(std::string& bytes, std::uint32_t word) {
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(word >> shift & 0xff);
}

const Bytef* as_bytes(const std::string& bytes) {
  return reinterpret_cast<const Bytef*>(bytes.data());
}

// Length, then what the checksum covers (type and body), then the checksum.
void append_chunk(std::string& png, const std::string& type, const std::string& body) {
  const std::string checked = type + body;
  append_word(png, static_cast<std::uint32_t>(body.size()));
  png += checked;
  const auto sum = crc32(0, as_bytes(checked), static_cast<uInt>(checked.size()));
  append_word(png, static_cast<std::uint32_t>(sum));
}

std::string deflate_rows(const Bitmap& bitmap) {
  std::string rows;
  const std::size_t length = 3 * bitmap.width;
  for (std::size_t y = 0; y < bitmap.height; ++y) {
    rows += '\0';  // filter: none
    rows.append(reinterpret_cast<const char*>(bitmap.rgb.data()) + y * length, length);
  }
  uLongf size = compressBound(static_cast<uLong>(rows.size()));
  std::string packed(size, '\0');
  compress2(reinterpret_cast<Bytef*>(packed.data()), &size, as_bytes(rows),
            static_cast<uLong>(rows.size()), Z_BEST_COMPRESSION);
  packed.resize(size);
  return packed;
}

}  // namespace

std::string encode_png(const Bitmap& bitmap) {
  require<ValueError>(bitmap.width > 0 && bitmap.height > 0, "encode_png", "bitmap", "have pixels",
                      Shape{bitmap.height, bitmap.width});
  require<ValueError>(bitmap.rgb.size() == 3 * bitmap.width * bitmap.height, "encode_png",
                      "rgb.size()", "be 3 * width * height", bitmap.rgb.size());
  std::string png = "\x89PNG\r\n\x1a\n";
  std::string header;
  append_word(header, static_cast<std::uint32_t>(bitmap.width));
  append_word(header, static_cast<std::uint32_t>(bitmap.height));
  header += std::string("\x08\x02\x00\x00\x00", 5);  // 8 bits, RGB, deflate, filters, no interlace
  append_chunk(png, "IHDR", header);
  append_chunk(png, "IDAT", deflate_rows(bitmap));
  append_chunk(png, "IEND", "");
  return png;
}

std::string base64(const std::string& bytes) {
  constexpr char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t word = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      word = word << 8 | (i + j < bytes.size() ? static_cast<std::uint8_t>(bytes[i + j]) : 0u);
    }
    for (std::size_t j = 0; j < 4; ++j) {
      text += i + j > bytes.size() ? '=' : letters[word >> (18 - 6 * j) & 63];
    }
  }
  return text;
}

}  // namespace xg::viz
