#include <xgrad/core/error.hpp>
#include <xgrad/data/idx.hpp>

#include <unistd.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>

#include "support/catch.hpp"

using namespace xg;
using Bytes = std::string;
namespace fs = std::filesystem;

namespace {

class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / ("xgrad_idx_" + std::to_string(getpid()))) {
    fs::create_directories(path_);
  }
  ~Folder() { fs::remove_all(path_); }
  std::string path(const std::string& name) const { return (path_ / name).string(); }
  std::string write(const std::string& name, const Bytes& bytes) const {
    std::ofstream(path(name), std::ios::binary) << bytes;
    return path(name);
  }
  std::string write_gz(const std::string& name, const Bytes& bytes) const {
    gzFile file = gzopen(path(name).c_str(), "wb");
    gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
    gzclose(file);
    return path(name);
  }

 private:
  fs::path path_;
};

Bytes header(std::initializer_list<std::uint32_t> shape, char type = 8) {
  Bytes bytes{'\0', '\0', type, static_cast<char>(shape.size())};
  for (const std::uint32_t extent : shape) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(extent >> shift);
  }
  return bytes;
}

Bytes read_all(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(file), {});
}

const Bytes two_images =
    header({2, 2, 3}) + Bytes("\x00\xff\x33\x01\x02\x03\x04\x05\x06\x07\x08\x09", 12);
const Bytes two_labels = header({2}) + Bytes("\x07\x01", 2);

void check_pair(const data::LabelledImages<float>& set) {
  REQUIRE(Shape(set.images.shape()) == Shape{2, 1, 2, 3});
  REQUIRE(set.images(0, 0, 0, 1) == 1.f);
  REQUIRE(set.images(0, 0, 0, 2) == 0.2f);
  REQUIRE(set.images(1, 0, 1, 2) == 9 / 255.f);
  REQUIRE(set.labels(0) == 7);
  REQUIRE(set.labels(1) == 1);
}

}  // namespace

TEST_CASE("read_idx_pair: reads plain and compressed files alike", "[data][idx]") {
  const Folder folder;
  const auto images = folder.write("i", two_images), labels = folder.write("l", two_labels);
  check_pair(data::read_idx_pair(images, labels));
  check_pair(data::read_idx_pair(folder.write_gz("i.gz", two_images), labels));
}

TEST_CASE("mnist: finds its four files with or without .gz", "[data][idx]") {
  const Folder folder;
  folder.write("train-images-idx3-ubyte", two_images);
  folder.write_gz("train-labels-idx1-ubyte.gz", two_labels);
  folder.write_gz("t10k-images-idx3-ubyte.gz", two_images);
  const std::string missing = folder.path("t10k-labels-idx1-ubyte");
  REQUIRE_THROWS_WITH(data::mnist(folder.path("")),
                      "mnist: " + missing + ": no such file, nor with .gz");
  folder.write("t10k-labels-idx1-ubyte", two_labels);
  const auto [train, test] = data::mnist(folder.path(""));
  check_pair(train);
  check_pair(test);
}

TEST_CASE("read_idx: each kind of damage has its sentence", "[data][idx][errors]") {
  const Folder folder;
  const auto check = [&](const Bytes& bytes, const std::string& problem) {
    const auto path = folder.write("bad", bytes);
    REQUIRE_THROWS_WITH(data::read_idx(path), "read_idx: " + path + ": " + problem);
    const auto packed = folder.write_gz("bad.gz", bytes);
    REQUIRE_THROWS_WITH(data::read_idx(packed), "read_idx: " + packed + ": " + problem);
  };
  check("", "ends inside its header");
  check(two_images.substr(0, 3), "ends inside its header");
  check(two_images.substr(0, 11), "ends inside its header");
  check("PNG and so on", "is no IDX file (it must begin with two zero bytes)");
  check(header({2}, 13) + "abcdefgh", "has element type 13, expected 8 (unsigned byte)");
  check(header({}), "has no dimensions");
  check(two_images.substr(0, 20), "is truncated: its header promises 12 elements, 4 follow");
  check(two_images + "x", "goes on after the 12 elements it promises");
  check(header({0xffffffffu, 0xffffffffu, 0xffffffffu}), "claims more than 2^31 elements");
  check(header({1u << 31}) + "abc",
        "is truncated: its header promises 2147483648 elements, 3 follow");
}

TEST_CASE("read_idx: says what is wrong with the file itself", "[data][idx][errors]") {
  const Folder folder;
  const auto expect = [](const std::string& path, const std::string& problem) {
    REQUIRE_THROWS_WITH(data::read_idx(path), "read_idx: " + path + ": " + problem);
  };
  expect(folder.path("absent"), "no such file");
  expect(folder.path(""), "is a folder, not a file");
  Bytes packed = read_all(folder.write_gz("p.gz", header({4000}) + Bytes(4000, 'a')));
  expect(folder.write("cut.gz", packed.substr(0, packed.size() - 12)),
         "ends in the middle of its compressed data");
  packed[packed.size() - 6] = static_cast<char>(packed[packed.size() - 6] ^ 1);  // its checksum
  expect(folder.write("flip.gz", packed), "has damaged compressed data");
}

TEST_CASE("read_idx_pair: images and labels must belong together", "[data][idx][errors]") {
  const Folder folder;
  const auto images = folder.write("i", two_images), labels = folder.write("l", two_labels);
  const auto three = folder.write("three", header({3}) + "abc");
  REQUIRE_THROWS_WITH(data::read_idx_pair(images, three),
                      "read_idx_pair: " + three + ": has 3 labels for the 2 images of " + images);
  REQUIRE_THROWS_WITH(data::read_idx_pair(labels, labels),
                      "read_idx_pair: " + labels + ": images need 3 dimensions, got 1");
  REQUIRE_THROWS_WITH(data::read_idx_pair(images, images),
                      "read_idx_pair: " + images + ": labels need 1 dimension, got 3");
}
