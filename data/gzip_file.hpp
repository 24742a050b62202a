#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <zlib.h>

namespace xg::data::detail {

/// A file read from its start, inflated on the way if it is one of gzip's. Private to sources.
class GzipFile {
 public:
  /// @throws IoError if the file cannot be opened, or is a folder.
  explicit GzipFile(std::string path);
  ~GzipFile();
  GzipFile(const GzipFile&) = delete;
  GzipFile& operator=(const GzipFile&) = delete;

  /// Up to `count` bytes, fewer at the end of the file; memory grows with what is really there.
  /// @throws IoError if the compressed data are damaged or cut off.
  std::vector<std::uint8_t> read(std::size_t count);

  /// Throws IoError "read_idx: PATH: problem".
  [[noreturn]] void fail(const std::string& problem) const;

 private:
  std::string path_;
  gzFile file_;
};

}  // namespace xg::data::detail
