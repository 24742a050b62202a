#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <xgrad/core/error.hpp>
#include <xgrad/io/safetensors.hpp>

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
/// A file of this header and n bytes of zeros.
std::string file_of(const std::string& json, std::size_t n) {
  std::string bytes(8, '\0');
  for (std::size_t i = 0; i < 4; ++i) bytes[i] = static_cast<char>(json.size() >> 8 * i);
  return bytes + json + std::string(n, '\0');
}

StateDict sample() {
  StateDict state;
  state.set("fc.weight", Array<float>{{1, 2, 3}, {4, 5, std::numeric_limits<float>::infinity()}});
  state.set("fc.bias \"\\\n\xC3\xA9", Array<double>{0.1, -0.0});
  state.set("count", full_array<std::int64_t>(Shape{}, 7));
  state.set("none", empty_array<float>(Shape{0, 3}));
  return state;
}

}  // namespace

TEST_CASE("safetensors: a state comes back bit for bit, in order", "[io]") {
  const Temporary file("xgrad_round.safetensors");
  const StateDict state = sample();
  io::save_safetensors(file.path, state, {{"epoch", "3"}});
  const StateDict back = io::load_safetensors(file.path);
  REQUIRE(back.size() == state.size());
  auto other = back.begin();
  for (const auto& [name, array] : state) {
    CHECK(other->first == name);
    CHECK(other->second.index() == array.index());
    CHECK((shape_of(other->second) == shape_of(array)));
    CHECK((other->second == array));
    ++other;
  }
  CHECK(io::load_safetensors_metadata(file.path) == io::Metadata{{"epoch", "3"}});
  io::save_safetensors(file.path, StateDict());
  CHECK(io::load_safetensors(file.path).empty());
}

TEST_CASE("safetensors: every truncation and flipped byte of the header is survived",
          "[io][errors]") {
  const Temporary file("xgrad_damage.safetensors");
  io::save_safetensors(file.path, sample());
  const std::string good = read(file.path);
  for (std::size_t n = 0; n < good.size(); ++n) {
    write(file.path, good.substr(0, n));
    CHECK_THROWS_AS(io::load_safetensors(file.path), IoError);
  }
  write(file.path, good + "x");
  CHECK_THROWS_AS(io::load_safetensors(file.path), IoError);
  for (std::size_t n = 0; n < good.size(); ++n)
    for (const int flip : {0x01, 0x5A, 0x80}) {  // nothing but an Error may come of it
      std::string bad = good;
      bad[n] = static_cast<char>(bad[n] ^ flip);
      write(file.path, bad);
      try {
        (void)io::load_safetensors(file.path);
      } catch (const IoError&) {
      }
    }
}

TEST_CASE("safetensors: what does not fit together is refused, word for word", "[io][errors]") {
  const Temporary file("xgrad_refused.safetensors");
  const auto entry = [](const char* type, const char* shape, const char* offsets) {
    return std::string("{\"dtype\":\"") + type + "\",\"shape\":" + shape +
           ",\"data_offsets\":" + offsets + "}";
  };
  const auto refusal = [&](const std::string& json, std::size_t n) -> std::string {
    write(file.path, file_of(json, n));
    try {
      (void)io::load_safetensors(file.path);
    } catch (const IoError& error) {
      const std::string text = error.what();
      return text.substr(file.path.string().size() + 2);
    }
    return "accepted";
  };
  CHECK(refusal("{\"a\":" + entry("F32", "[2]", "[0,8]") + "}", 8) == "accepted");
  CHECK(refusal("{ \"\\u00e9\\ud83d\\ude00\" : " + entry("I64", "[]", "[0, 8]") + " }\n ", 8) ==
        "accepted");
  CHECK(refusal("{\"a\":" + entry("F16", "[4]", "[0,8]") + "}", 8) ==
        "a must be of type F32, F64 or I64, got 'F16'");
  CHECK(refusal("{\"a\":" + entry("F32", "[3]", "[0,8]") + "}", 8) ==
        "a must have as much data as its shape says, got offsets 0 to 8 for 12 bytes");
  CHECK(refusal("{\"a\":" + entry("F32", "[4294967296,4294967296]", "[0,0]") + "}", 0) ==
        "a must have a shape of fewer than 2^64 bytes, got more");
  CHECK(refusal("{\"a\":" + entry("F32", "[99999999999999999999]", "[0,0]") + "}", 0) ==
        "header must hold numbers below 2^64, got a larger one");
  CHECK(refusal("{\"a\":" + entry("F32", "[2]", "[8,0]") + "}", 8) ==
        "a must have as much data as its shape says, got offsets 8 to 0 for 8 bytes");
  const std::string whole = entry("F32", "[2]", "[0,8]");
  CHECK(refusal("{\"a\":" + whole + ",\"b\":" + entry("F32", "[2]", "[4,12]") + "}", 12) ==
        "b must begin where the array before ends, got 4 after 8");
  CHECK(refusal("{\"a\":" + whole + ",\"b\":" + entry("F32", "[1]", "[12,16]") + "}", 16) ==
        "b must begin where the array before ends, got 12 after 8");
  CHECK(refusal("{\"a\":" + whole + "}", 12) ==
        "file must end with its last array, got 12 bytes for 8");
  CHECK(refusal("{\"a\":" + whole + "}", 4) ==
        "file must end with its last array, got 4 bytes for 8");
  CHECK(refusal("{\"a\":" + whole + ",\"a\":" + whole + "}", 8) ==
        "header must name each thing once, got 'a' again");
  CHECK(refusal("{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}", 8) ==
        "header must say dtype, shape and data_offsets of each array, got less of 'a'");
  CHECK(refusal("[1]", 0) ==
        "header must be JSON of the form that safetensors has, got another character at 0");
  CHECK(refusal("{\"a\":" + entry("F32", "[-2]", "[0,8]") + "}", 8)
            .starts_with("header must hold whole numbers >= 0"));
  write(file.path, std::string("\xff\xff\xff\xff\xff\xff\xff\x7f{}", 10));
  CHECK_THROWS_WITH(
      io::load_safetensors(file.path),
      file.path.string() + ": header must fit the file and 100 MB, got 9223372036854775807 bytes");
}
