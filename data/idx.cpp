#include "xgrad/data/idx.hpp"

#include <algorithm>
#include <filesystem>

#include "xgrad/core/error.hpp"
#include "xgrad/data/gzip_file.hpp"

namespace xg::data {
namespace {

constexpr std::size_t max_elements = std::size_t{1} << 31;

std::string text(std::size_t number) { return number_text(std::uint64_t{number}); }

std::vector<std::size_t> read_shape(detail::GzipFile& file) {
  const auto head = file.read(4);
  if (head.size() < 4) file.fail("ends inside its header");
  if (head[0] != 0 || head[1] != 0) file.fail("is no IDX file (it must begin with two zero bytes)");
  if (head[2] != 8) file.fail("has element type " + text(head[2]) + ", expected 8 (unsigned byte)");
  if (head[3] == 0) file.fail("has no dimensions");
  const std::size_t rank = head[3];
  const auto extents = file.read(4 * rank);
  if (extents.size() < 4 * rank) file.fail("ends inside its header");
  std::vector<std::size_t> shape(rank);
  for (std::size_t i = 0; i < rank; ++i) {
    for (std::size_t j = 0; j < 4; ++j) shape[i] = shape[i] << 8 | extents[4 * i + j];
  }
  return shape;
}

// The product may not overflow on the way to being refused.
std::size_t count_elements(const std::vector<std::size_t>& shape, const detail::GzipFile& file) {
  if (std::find(shape.begin(), shape.end(), 0u) != shape.end()) return 0;
  std::size_t count = 1;
  for (const std::size_t extent : shape) {
    if (extent > max_elements / count) file.fail("claims more than 2^31 elements");
    count *= extent;
  }
  return count;
}

std::string find_file(const std::string& folder, const std::string& name) {
  const auto plain = std::filesystem::path(folder) / name;
  std::error_code ignored;
  if (std::filesystem::exists(plain, ignored)) return plain.string();
  const auto packed = plain.string() + ".gz";
  if (std::filesystem::exists(packed, ignored)) return packed;
  throw IoError("mnist: " + plain.string() + ": no such file, nor with .gz");
}

[[noreturn]] void fail(const std::string& path, const std::string& problem) {
  throw IoError("read_idx_pair: " + path + ": " + problem);
}

}  // namespace

IdxBytes read_idx(const std::string& path) {
  detail::GzipFile file(path);
  IdxBytes result;
  result.shape = read_shape(file);
  const std::size_t count = count_elements(result.shape, file);
  result.values = file.read(count);
  if (result.values.size() < count) {
    file.fail("is truncated: its header promises " + text(count) + " elements, " +
              text(result.values.size()) + " follow");
  }
  if (!file.read(1).empty())
    file.fail("goes on after the " + text(count) + " elements it promises");
  return result;
}

template <class T>
LabelledImages<T> read_idx_pair(const std::string& images, const std::string& labels) {
  const IdxBytes pixels = read_idx(images), classes = read_idx(labels);
  if (pixels.shape.size() != 3) {
    fail(images, "images need 3 dimensions, got " + text(pixels.shape.size()));
  }
  if (classes.shape.size() != 1) {
    fail(labels, "labels need 1 dimension, got " + text(classes.shape.size()));
  }
  const std::size_t count = pixels.shape[0];
  if (classes.shape[0] != count) {
    fail(labels, "has " + text(classes.shape[0]) + " labels for the " + text(count) +
                     " images of " + images);
  }
  LabelledImages<T> set{
      Array<T>::from_shape({count, std::size_t{1}, pixels.shape[1], pixels.shape[2]}),
      IndexArray::from_shape({count})};
  std::transform(pixels.values.begin(), pixels.values.end(), set.images.data(),
                 [](std::uint8_t value) { return static_cast<T>(value) / 255; });
  std::copy(classes.values.begin(), classes.values.end(), set.labels.data());
  return set;
}

template <class T>
Split<T> mnist(const std::string& folder) {
  const auto part = [&](const std::string& name) {
    const auto images = find_file(folder, name + "-images-idx3-ubyte");
    return read_idx_pair<T>(images, find_file(folder, name + "-labels-idx1-ubyte"));
  };
  return {part("train"), part("t10k")};
}

template LabelledImages<float> read_idx_pair(const std::string&, const std::string&);
template LabelledImages<double> read_idx_pair(const std::string&, const std::string&);
template Split<float> mnist(const std::string&);
template Split<double> mnist(const std::string&);

}  // namespace xg::data
