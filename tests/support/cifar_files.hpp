#pragma once

// Small files in the format of CIFAR-10's binary version, for the reader and for training on them.

#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

namespace test {

/// A folder that goes with its scope.
class Folder {
 public:
  Folder() {
    static std::atomic<int> count{0};
    path_ = std::filesystem::temp_directory_path() /
            ("xgrad_" + std::to_string(getpid()) + "_" + std::to_string(count++));
    std::filesystem::create_directories(path_);
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string path(const std::string& name = "") const { return (path_ / name).string(); }
  std::string write(const std::string& name, const std::string& bytes) const {
    std::ofstream(path(name), std::ios::binary) << bytes;
    return path(name);
  }

 private:
  std::filesystem::path path_;
};

/// One record: every pixel of a channel has that channel's value, but for the first of each row.
inline std::string cifar_record(std::uint8_t label, std::uint8_t red, std::uint8_t green,
                                std::uint8_t blue, std::uint8_t first_of_row) {
  std::string bytes(1, static_cast<char>(label));
  for (const std::uint8_t value : {red, green, blue}) {
    for (int pixel = 0; pixel < 1024; ++pixel) {
      bytes += static_cast<char>(pixel % 32 == 0 ? first_of_row : value);
    }
  }
  return bytes;
}

/// Ten classes of flat colours with a varying edge: `count` records, beginning at number `from`.
inline std::string cifar_records(int from, int count) {
  std::string bytes;
  for (int i = from; i < from + count; ++i) {
    const int label = i * 7 % 10;
    bytes += cifar_record(static_cast<std::uint8_t>(label), static_cast<std::uint8_t>(25 * label),
                          static_cast<std::uint8_t>(255 - 20 * label),
                          static_cast<std::uint8_t>(37 * label % 256),
                          static_cast<std::uint8_t>(i * 61 % 256));
  }
  return bytes;
}

/// The six files with `count` records each.
inline void write_cifar(const Folder& folder, int count) {
  for (int i = 1; i <= 5; ++i) {
    folder.write("data_batch_" + std::to_string(i) + ".bin", cifar_records(count * i, count));
  }
  folder.write("test_batch.bin", cifar_records(0, count));
}

}  // namespace test
