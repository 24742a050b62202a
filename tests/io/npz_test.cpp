#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <xgrad/core/error.hpp>
#include <xgrad/io/npz.hpp>

#include "support/catch.hpp"

using namespace xg;
namespace fs = std::filesystem;

namespace {

/// A file that goes with its scope.
struct Temporary {
  fs::path path;
  explicit Temporary(const std::string& name) : path(fs::temp_directory_path() / name) {}
  ~Temporary() { fs::remove(path); }
};

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
void write(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

StateDict sample() {
  StateDict state;
  state.set("fc.weight", Array<float>{{1, 2, 3}, {4, 5, std::numeric_limits<float>::infinity()}});
  state.set("fc.bias", Array<double>{0.1, -0.0});
  state.set("count", full_array<std::int64_t>(Shape{}, 7));
  state.set("none", empty_array<float>(Shape{0, 3}));
  return state;
}

}  // namespace

TEST_CASE("npz: a state comes back bit for bit, in order", "[io]") {
  const Temporary file("xgrad_npz_round.npz");
  const StateDict state = sample();
  io::save_npz(file.path, state);
  const StateDict back = io::load_npz(file.path);
  REQUIRE(back.size() == state.size());
  auto other = back.begin();
  for (const auto& [name, array] : state) {
    CHECK(other->first == name);
    CHECK(other->second.index() == array.index());
    CHECK((shape_of(other->second) == shape_of(array)));
    CHECK((other->second == array));
    ++other;
  }
}

TEST_CASE("npz: every truncation and every flipped byte of the data is noticed", "[io][errors]") {
  const Temporary file("xgrad_npz_damage.npz");
  io::save_npz(file.path, sample());
  const std::string good = read(file.path);
  for (std::size_t n = 0; n < good.size(); ++n) {
    write(file.path, good.substr(0, n));
    CHECK_THROWS_AS(io::load_npz(file.path), IoError);
  }
  for (std::size_t n = 0; n < good.size(); ++n) {  // nothing but an Error may come of it
    std::string bad = good;
    bad[n] = static_cast<char>(bad[n] ^ 0x5A);
    write(file.path, bad);
    try {
      (void)io::load_npz(file.path);
    } catch (const Error&) {
    }
  }
  std::string bad = good;
  bad[good.find("NUMPY") + 3] ^= 1;
  write(file.path, bad);
  CHECK_THROWS_WITH(
      io::load_npz(file.path),
      file.path.string() + ": fc.weight.npy must have the checksum that it states, got another");
}

TEST_CASE("npy: other kinds of numbers are refused, missing files named", "[io][errors]") {
  const Temporary file("xgrad_npy_type.npy");
  io::save_npy(file.path, Array<float>{1, 2});
  std::string bytes = read(file.path);
  CHECK((std::get<Array<float>>(io::load_npy(file.path)) == Array<float>{1, 2}));
  std::string other = bytes;
  other.replace(other.find("<f4"), 3, "<i4");
  write(file.path, other);
  CHECK_THROWS_WITH(io::load_npy(file.path),
                    file.path.string() + ": array must hold '<f4', '<f8' or '<i8', got '<i4'");
  other = bytes;
  other.replace(other.find("(2"), 2, "(3");
  write(file.path, other);
  CHECK_THROWS_WITH(io::load_npy(file.path),
                    file.path.string() +
                        ": array must have as much data as its shape says, got shape [3] and 8 "
                        "bytes");
  CHECK_THROWS_WITH(io::load_npy("no/such/file.npy"),
                    "no/such/file.npy: file must be readable, got none that can be opened");
}

TEST_CASE("npz: a failed write leaves the old file and nothing else", "[io]") {
  CHECK_THROWS_AS(io::save_npz("no/such/folder/x.npz", sample()), IoError);
  CHECK_FALSE(fs::exists("no"));
}

TEST_CASE("npz: files that NumPy 2.4 wrote are read, stored and compressed", "[io]") {
  const std::string name = GENERATE("numpy.npz", "numpy_stored.npz");
  const StateDict state = io::load_npz(std::string(XGRAD_GOLDEN) + "/" + name);
  REQUIRE(state.size() == 3);
  const auto& weight = std::get<Array<float>>(state.at("fc.weight"));
  CHECK((weight == Array<float>{{0, 1, 2}, {3, 4, 5}}));
  CHECK(std::get<Array<double>>(state.at("scalar"))() == -2.5);
  CHECK((std::get<IndexArray>(state.at("labels")) == IndexArray{3, 1, 2}));
}
