#include "tensor_file.hpp"

#include <fmt/format.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <stdexcept>

namespace golden {

namespace {

template <class... Args>
void ensure(bool ok, fmt::format_string<Args...> format, Args&&... args) {
  if (!ok) throw std::runtime_error(fmt::format(format, std::forward<Args>(args)...));
}

std::size_t extent_of(const json& j, const std::string& where) {
  ensure(j.is_number_unsigned(), "{} must hold numbers >= 0", where);
  return j.get<std::size_t>();
}

/// Bytes of an array of this shape; more than fit an address is refused.
std::size_t byte_count(const xg::Shape& shape, std::size_t size, const std::string& where) {
  std::size_t n = size;
  for (const std::size_t extent : shape) {
    ensure(extent == 0 || n <= std::numeric_limits<std::size_t>::max() / extent,
           "{} has an impossible shape", where);
    n *= extent;
  }
  return n;
}

}  // namespace

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  ensure(in.good() && std::filesystem::is_regular_file(path), "{} cannot be read", path);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  ensure(!in.bad(), "{} cannot be read", path);
  return text;
}

json read_json(const std::string& path) {
  const std::string text = read_file(path);
  try {
    return json::parse(text);
  } catch (const json::exception&) {
    throw std::runtime_error(path + " is not JSON");
  }
}

TensorFile::TensorFile(const std::string& path) : name_(path), bytes_(read_file(path)) {
  ensure(bytes_.size() >= 8, "{} is too short for a safetensors file", path);
  std::uint64_t length = 0;
  std::memcpy(&length, bytes_.data(), 8);
  ensure(length <= bytes_.size() - 8, "{} ends within its header", path);
  data_ = 8 + static_cast<std::size_t>(length);
  header_ = json::parse(bytes_.data() + 8, bytes_.data() + data_, nullptr, false);
  ensure(header_.is_object(), "{} has a header that is not a JSON object", path);
  for (const auto& [key, entry] : header_.items())
    if (key != "__metadata__") load(key);
}

template <class T>
xg::Array<T> TensorFile::array(const std::string& key, const json& entry) const {
  const std::string where = fmt::format("{}: tensor {}", name_, key);
  const json& extents = entry.at("shape");
  const json& offsets = entry.at("data_offsets");
  ensure(extents.is_array() && offsets.is_array() && offsets.size() == 2,
         "{} must have a shape and two offsets", where);
  xg::Shape shape;
  for (const json& extent : extents) shape.push_back(extent_of(extent, where));
  const std::size_t begin = extent_of(offsets[0], where), end = extent_of(offsets[1], where);
  ensure(begin <= end && end <= bytes_.size() - data_, "{} lies outside the file", where);
  ensure(end - begin == byte_count(shape, sizeof(T), where),
         "{} has {} bytes, which do not fit its shape", where, end - begin);
  xg::Array<T> result(shape);
  if (end > begin) std::memcpy(result.data(), bytes_.data() + data_ + begin, end - begin);
  return result;
}

Tensor TensorFile::load(const std::string& key) const {
  ensure(header_.contains(key), "{} has no tensor {}", name_, key);
  const json& entry = header_.at(key);
  ensure(entry.is_object() && entry.contains("dtype") && entry.contains("shape") &&
             entry.contains("data_offsets"),
         "{}: tensor {} must have a dtype, a shape and offsets", name_, key);
  const std::string type = entry.at("dtype").is_string() ? entry.at("dtype") : "";
  if (type == "F64") return array<double>(key, entry);
  if (type == "I64") return array<std::int64_t>(key, entry);
  ensure(type == "BOOL", "{}: tensor {} must be F64, I64 or BOOL, got {}", name_, key,
         entry.at("dtype").dump());
  // Not as bool: a byte that is neither 0 nor 1 would be undefined behaviour.
  return Mask(xt::not_equal(array<std::uint8_t>(key, entry), 0));
}

}  // namespace golden
