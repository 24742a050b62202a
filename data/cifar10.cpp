#include "xgrad/data/cifar10.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <vector>

#include "xgrad/core/error.hpp"

namespace xg::data {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t pixels = 3 * 32 * 32, record_bytes = 1 + pixels;
constexpr std::size_t most_records = (std::size_t{1} << 31) / pixels;

[[noreturn]] void fail(const std::string& path, const std::string& problem) {
  throw IoError("read_cifar10: " + path + ": " + problem);
}

std::string text(std::uintmax_t number) { return number_text(std::uint64_t{number}); }

/// Records in a file, by its size.
std::size_t count_records(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) fail(path, "no such file");
  if (!fs::is_regular_file(status)) fail(path, "is no regular file");
  const std::uintmax_t size = fs::file_size(path, error);
  if (error) fail(path, "cannot be read (" + error.message() + ")");
  if (size == 0) fail(path, "is empty");
  if (size % record_bytes != 0) {
    fail(path, "ends inside a record: " + text(size) + " bytes are not a multiple of " +
                   text(record_bytes));
  }
  if (size / record_bytes > most_records) fail(path, "has more than 2^31 pixels");
  return static_cast<std::size_t>(size / record_bytes);
}

template <class T>
void read_records(const std::string& path, std::size_t count, T* images, std::int64_t* labels) {
  std::ifstream file(path, std::ios::binary);
  if (!file) fail(path, "cannot be opened");
  std::vector<std::uint8_t> record(record_bytes);
  for (std::size_t i = 0; i < count; ++i, images += pixels) {
    file.read(reinterpret_cast<char*>(record.data()), record_bytes);
    if (!file) fail(path, "cannot be read beyond record " + text(i));
    if (record[0] > 9) {
      fail(path, "record " + text(i) + " has label " + text(record[0]) + ", expected 0 to 9");
    }
    labels[i] = record[0];
    std::transform(record.begin() + 1, record.end(), images,
                   [](std::uint8_t value) { return static_cast<T>(value) / 255; });
  }
}

/// All records of several files, in their order. Sizes are known before memory is taken.
template <class T>
LabelledImages<T> read_files(const std::vector<std::string>& paths) {
  std::vector<std::size_t> counts;
  std::size_t total = 0;
  for (const std::string& path : paths) total += counts.emplace_back(count_records(path));
  LabelledImages<T> set{empty_array<T>({total, 3, 32, 32}), IndexArray::from_shape({total})};
  std::size_t done = 0;
  for (std::size_t i = 0; i < paths.size(); done += counts[i++]) {
    read_records(paths[i], counts[i], set.images.data() + done * pixels, set.labels.data() + done);
  }
  return set;
}

}  // namespace

template <class T>
LabelledImages<T> read_cifar10_file(const std::string& path) {
  return read_files<T>({path});
}

template <class T>
Split<T> read_cifar10(const std::string& folder) {
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) fail(folder, "no such folder");
  const auto path = [&](const std::string& name) { return (fs::path(folder) / name).string(); };
  std::vector<std::string> batches;
  for (const char number : {'1', '2', '3', '4', '5'}) {
    batches.push_back(path(std::string("data_batch_") + number + ".bin"));
  }
  // The small file first: what is wrong with it shows at once.
  auto test = read_files<T>({path("test_batch.bin")});
  return {read_files<T>(batches), std::move(test)};
}

#define XGRAD_INSTANTIATE(T)                                        \
  template LabelledImages<T> read_cifar10_file(const std::string&); \
  template Split<T> read_cifar10(const std::string&);
XGRAD_INSTANTIATE(float)
XGRAD_INSTANTIATE(double)
#undef XGRAD_INSTANTIATE

}  // namespace xg::data
