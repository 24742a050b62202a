#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "registry.hpp"

namespace golden {

/// Text of a whole file. @throws std::runtime_error if it cannot be read.
std::string read_file(const std::string& path);
/// The same as JSON. @throws std::runtime_error if it is none.
json read_json(const std::string& path);

/// A safetensors file in memory. Nothing in it is believed before it has been checked.
class TensorFile {
 public:
  /// @throws std::runtime_error, in one sentence, if the file is not what the format says.
  explicit TensorFile(const std::string& path);

  /// @throws std::runtime_error if there is no such tensor, or its type or length is wrong.
  Tensor load(const std::string& key) const;

 private:
  template <class T>
  xg::Array<T> array(const std::string& key, const json& entry) const;

  std::string name_, bytes_;
  std::size_t data_ = 0;  // where the data begin
  json header_;
};

}  // namespace golden
