#pragma once

// Internal: the JSON header of a safetensors file.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "xgrad/io/safetensors.hpp"

namespace xg::io::detail {

struct TensorEntry {
  std::string name, type;
  std::vector<std::uint64_t> shape;
  std::uint64_t begin = 0, end = 0;  ///< bytes, from the end of the header
};
struct TensorHeader {
  std::vector<TensorEntry> tensors;  ///< in the order of the header
  Metadata metadata;
};

/// `file` is for errors. @throws IoError if the text is not such a header.
TensorHeader read_header(const std::string& file, std::string_view json);
std::string write_header(const TensorHeader& header);

}  // namespace xg::io::detail
