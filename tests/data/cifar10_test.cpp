#include <xgrad/core/error.hpp>
#include <xgrad/data/cifar10.hpp>

#include "support/catch.hpp"
#include "support/cifar_files.hpp"

using namespace xg;
using test::cifar_record;
using test::Folder;

TEST_CASE("read_cifar10: labels, then planes of red, green and blue", "[data][cifar10]") {
  const Folder folder;
  const auto path =
      folder.write("two.bin", cifar_record(9, 255, 51, 0, 1) + cifar_record(0, 2, 3, 4, 5));
  const auto set = data::read_cifar10_file<double>(path);
  REQUIRE((Shape(set.images.shape()) == Shape{2, 3, 32, 32}));
  REQUIRE((set.labels == IndexArray{9, 0}));
  CHECK(set.images(0, 0, 31, 31) == 1.0);
  CHECK(set.images(0, 1, 0, 1) == 0.2);
  CHECK(set.images(0, 2, 5, 1) == 0.0);
  CHECK(set.images(1, 2, 31, 0) == 5 / 255.);  // the first of a row
  CHECK(set.images(1, 2, 31, 1) == 4 / 255.);
  CHECK(data::read_cifar10_file(path).images(1, 0, 0, 1) == 2.f / 255);
  CHECK(std::string(data::cifar10_classes[9]) == "truck");
}

TEST_CASE("read_cifar10: five files for training in their order, one for testing",
          "[data][cifar10]") {
  const Folder folder;
  for (int i = 1; i <= 5; ++i) {
    std::string bytes;
    for (int j = 0; j < i; ++j) bytes += cifar_record(static_cast<std::uint8_t>(i), 0, 0, 0, 0);
    folder.write("data_batch_" + std::to_string(i) + ".bin", bytes);
  }
  folder.write("test_batch.bin", cifar_record(7, 255, 0, 0, 0));
  const auto [train, test] = data::read_cifar10(folder.path());
  REQUIRE((train.labels == IndexArray{1, 2, 2, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 5}));
  REQUIRE((test.labels == IndexArray{7}));
  REQUIRE((Shape(train.images.shape()) == Shape{15, 3, 32, 32}));
  REQUIRE(test.images(0, 0, 0, 1) == 1.f);
}

TEST_CASE("read_cifar10: each kind of damage has its sentence", "[data][cifar10][errors]") {
  const Folder folder;
  const auto check = [&](const std::string& bytes, const std::string& problem) {
    const auto path = folder.write("bad.bin", bytes);
    REQUIRE_THROWS_WITH(data::read_cifar10_file(path), "read_cifar10: " + path + ": " + problem);
  };
  const std::string good = cifar_record(3, 1, 2, 3, 4);
  check("", "is empty");
  check(good.substr(0, 3072), "ends inside a record: 3072 bytes are not a multiple of 3073");
  check(good + "x", "ends inside a record: 3074 bytes are not a multiple of 3073");
  check(good + cifar_record(10, 1, 2, 3, 4), "record 1 has label 10, expected 0 to 9");
  check(std::string(3073, '\xff'), "record 0 has label 255, expected 0 to 9");
}

TEST_CASE("read_cifar10: says which file or folder is missing", "[data][cifar10][errors]") {
  const Folder folder;
  const auto expect = [&](const std::string& path, const std::string& problem) {
    REQUIRE_THROWS_WITH(data::read_cifar10(folder.path()),
                        "read_cifar10: " + path + ": " + problem);
  };
  const auto absent = folder.path("absent");
  REQUIRE_THROWS_WITH(data::read_cifar10(absent), "read_cifar10: " + absent + ": no such folder");
  expect(folder.path("test_batch.bin"), "no such file");
  test::write_cifar(folder, 1);
  std::filesystem::remove(folder.path("data_batch_4.bin"));
  expect(folder.path("data_batch_4.bin"), "no such file");
  std::filesystem::create_directory(folder.path("data_batch_4.bin"));
  expect(folder.path("data_batch_4.bin"), "is no regular file");
}

// A sparse file takes no room; it is refused by its size, before memory is asked for.
TEST_CASE("read_cifar10: refuses a file of absurd size", "[data][cifar10][errors]") {
  const Folder folder;
  const auto path = folder.write("huge.bin", "");
  std::error_code error;
  std::filesystem::resize_file(path, 3073ull * 700'000, error);
  if (error) return;  // a file system without sparse files
  REQUIRE_THROWS_WITH(data::read_cifar10_file(path),
                      "read_cifar10: " + path + ": has more than 2^31 pixels");
}
