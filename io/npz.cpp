#include "xgrad/io/npz.hpp"

#include <bit>
#include <charconv>
#include <cstring>
#include <limits>

#include "xgrad/core/error.hpp"
#include "xgrad/io/file.hpp"
#include "xgrad/io/zip.hpp"

namespace xg::io {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr std::string_view kMagic("\x93NUMPY", 6);

std::string npy_bytes(const AnyArray& array) {
  constexpr const char* descriptions[] = {"<f4", "<f8", "<i8"};
  std::string shape;
  for (const std::size_t extent : shape_of(array)) shape += std::to_string(extent) + ", ";
  if (shape_of(array).size() > 1) shape.resize(shape.size() - 2);
  std::string header = std::string("{'descr': '") + descriptions[array.index()] +
                       "', 'fortran_order': False, 'shape': (" + shape + "), }";
  header.append(64 - (10 + header.size() + 1) % 64, ' ');  // data begin at a multiple of 64
  header += '\n';
  std::string bytes(kMagic);
  bytes += "\x01";
  bytes += '\0';
  io::detail::put16(bytes, header.size());
  bytes += header;
  std::visit(
      [&](const auto& a) {
        bytes.append(reinterpret_cast<const char*>(a.data()), a.size() * sizeof(*a.data()));
      },
      array);
  return bytes;
}

/// Reads one .npy; `entry` is its name inside `file`.
class NpyReader {
 public:
  NpyReader(const std::string& file, const std::string& entry, std::string_view bytes)
      : file_(file), entry_(entry), bytes_(bytes) {}

  AnyArray read() {
    split();
    const std::string_view type = text_after("'descr':", '\'');
    check(header_.find("'fortran_order': False") != header_.npos, "be in row-major order",
          "another order");
    if (type == "<f4") return values<float>();
    if (type == "<f8") return values<double>();
    check(type == "<i8", "hold '<f4', '<f8' or '<i8'", "'" + std::string(type) + "'");
    return values<std::int64_t>();
  }

 private:
  void check(bool ok, const char* expectation, const std::string& actual) const {
    io::detail::require_file(ok, file_, entry_, expectation, actual);
  }

  /// Header and data.
  void split() {
    check(bytes_.size() >= 12 && bytes_.substr(0, 6) == kMagic, "begin as a .npy file",
          "something else");
    const auto version = static_cast<unsigned>(bytes_[6]);
    check(version >= 1 && version <= 3, "have .npy version 1, 2 or 3", std::to_string(version));
    const std::size_t start = version == 1 ? 10 : 12;
    const std::size_t length =
        version == 1 ? io::detail::get16(bytes_, 8) : io::detail::get32(bytes_, 8);
    check(length <= bytes_.size() - start, "contain its header",
          std::to_string(bytes_.size()) + " bytes");
    header_ = bytes_.substr(start, length);
    data_ = bytes_.substr(start + length);
  }

  /// The text between two quotes after a key.
  std::string_view text_after(std::string_view key, char quote) const {
    const std::size_t at = header_.find(key);
    const std::size_t open = at == header_.npos ? at : header_.find(quote, at + key.size());
    const std::size_t close = open == header_.npos ? open : header_.find(quote, open + 1);
    check(close != header_.npos, "have a header with descr, fortran_order and shape",
          "a damaged one");
    return header_.substr(open + 1, close - open - 1);
  }

  Shape shape(std::size_t element) const {
    const std::size_t at = header_.find("'shape': (");
    const std::size_t end = at == header_.npos ? at : header_.find(')', at);
    check(end != header_.npos, "have a shape", "none");
    Shape shape;
    std::size_t count = 1;
    const char* p = header_.data() + at + 10;
    const char* const stop = header_.data() + end;
    const std::size_t most = data_.size() / element;
    bool empty = false, fits = true;
    while (p < stop) {
      std::size_t extent = 0;
      const auto [next, error] = std::from_chars(p, stop, extent);
      check(error == std::errc(), "have a shape of numbers", std::string(p, stop));
      shape.push_back(extent);
      empty = empty || extent == 0;
      fits = fits && (extent == 0 || count <= most / extent);
      if (fits && extent != 0) count *= extent;
      p = next;
      while (p < stop && (*p == ',' || *p == ' ')) ++p;
    }
    check(empty ? data_.empty() : fits && count * element == data_.size(),
          "have as much data as its shape says",
          "shape " + to_string(shape) + " and " + std::to_string(data_.size()) + " bytes");
    return shape;
  }

  template <class E>
  AnyArray values() const {
    Array<E> array = empty_array<E>(shape(sizeof(E)));
    if (!data_.empty()) std::memcpy(array.data(), data_.data(), data_.size());
    return array;
  }

  const std::string& file_;
  const std::string& entry_;
  std::string_view bytes_, header_, data_;
};

}  // namespace

void save_npy(const std::filesystem::path& path, const AnyArray& array) {
  detail::write_file(path, npy_bytes(array));
}

AnyArray load_npy(const std::filesystem::path& path) {
  const std::string bytes = detail::read_file(path);
  return NpyReader(path.string(), "array", bytes).read();
}

void save_npz(const std::filesystem::path& path, const StateDict& state) {
  detail::ZipEntries entries;
  for (const auto& [name, array] : state) entries.emplace_back(name + ".npy", npy_bytes(array));
  detail::write_file(path, detail::zip(entries));
}

StateDict load_npz(const std::filesystem::path& path) {
  const std::string file = path.string();
  StateDict state;
  for (const auto& [name, bytes] : detail::unzip(file, detail::read_file(path))) {
    const bool suffixed = name.size() > 4 && name.ends_with(".npy");
    detail::require_file(suffixed, file, "entry", "be named *.npy", name);
    std::string key = name.substr(0, name.size() - 4);
    detail::require_file(!state.contains(key), file, "entry", "appear once", key + " twice");
    state.set(std::move(key), NpyReader(file, name, bytes).read());
  }
  return state;
}

}  // namespace xg::io
