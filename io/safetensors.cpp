#include "xgrad/io/safetensors.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

#include "xgrad/core/error.hpp"
#include "xgrad/io/file.hpp"
#include "xgrad/io/safetensors_header.hpp"

namespace xg::io {
namespace {

using detail::TensorEntry;
using detail::TensorHeader;
static_assert(std::endian::native == std::endian::little, "the format is little-endian");

constexpr std::size_t length_bytes = 8, longest_header = 100'000'000;  // as the reference reader
constexpr const char* types[] = {"F32", "F64", "I64"};                 // in the order of AnyArray
constexpr std::uint64_t sizes[] = {4, 8, 8};

/// A file whose arrays are known to lie inside it.
struct Parsed {
  std::string file, bytes;
  TensorHeader header;
  std::size_t data = 0;  // where the arrays begin

  void check(bool ok, const std::string& name, const char* expectation,
             const std::string& actual) const {
    if (!ok) detail::require_file(false, file, name, expectation, actual);
  }
};

std::size_t type_index(const Parsed& in, const TensorEntry& entry) {
  const auto* found = std::find(std::begin(types), std::end(types), entry.type);
  in.check(found != std::end(types), entry.name, "be of type F32, F64 or I64",
           "'" + entry.type + "'");
  return static_cast<std::size_t>(found - types);
}

/// Bytes that an array of this shape takes.
std::uint64_t byte_count(const Parsed& in, const TensorEntry& entry) {
  std::uint64_t bytes = sizes[type_index(in, entry)];
  if (std::count(entry.shape.begin(), entry.shape.end(), 0U) > 0) return 0;
  for (const std::uint64_t extent : entry.shape) {
    in.check(bytes <= std::numeric_limits<std::uint64_t>::max() / extent, entry.name,
             "have a shape of fewer than 2^64 bytes", "more");
    bytes *= extent;
  }
  return bytes;
}

/// Every array has the length that its shape says; one begins where another ends.
void check_places(const Parsed& in) {
  std::vector<const TensorEntry*> order;
  for (const TensorEntry& entry : in.header.tensors) {
    const std::uint64_t bytes = byte_count(in, entry);
    in.check(entry.begin <= entry.end && entry.end - entry.begin == bytes, entry.name,
             "have as much data as its shape says",
             "offsets " + std::to_string(entry.begin) + " to " + std::to_string(entry.end) +
                 " for " + std::to_string(bytes) + " bytes");
    order.push_back(&entry);
  }
  std::sort(order.begin(), order.end(), [](const TensorEntry* a, const TensorEntry* b) {
    return std::pair(a->begin, a->end) < std::pair(b->begin, b->end);
  });
  std::uint64_t end = 0;
  for (const TensorEntry* entry : order) {
    in.check(entry->begin == end, entry->name, "begin where the array before ends",
             std::to_string(entry->begin) + " after " + std::to_string(end));
    end = entry->end;
  }
  in.check(end == in.bytes.size() - in.data, "file", "end with its last array",
           std::to_string(in.bytes.size() - in.data) + " bytes for " + std::to_string(end));
}

Parsed parse(const std::filesystem::path& path) {
  Parsed in{path.string(), detail::read_file(path), {}, 0};
  in.check(in.bytes.size() >= length_bytes, "file", "begin with the length of a header",
           std::to_string(in.bytes.size()) + " bytes");
  std::uint64_t length = 0;
  std::memcpy(&length, in.bytes.data(), length_bytes);
  in.check(length <= std::min<std::uint64_t>(in.bytes.size() - length_bytes, longest_header),
           "header", "fit the file and 100 MB", std::to_string(length) + " bytes");
  in.data = length_bytes + static_cast<std::size_t>(length);
  in.header = detail::read_header(
      in.file, std::string_view(in.bytes).substr(length_bytes, in.data - length_bytes));
  check_places(in);
  return in;
}

template <class T>
AnyArray read_array(const Parsed& in, const TensorEntry& entry) {
  Shape shape;
  for (const std::uint64_t extent : entry.shape) shape.push_back(static_cast<std::size_t>(extent));
  Array<T> array = empty_array<T>(shape);
  if (array.size() > 0)
    std::memcpy(array.data(), in.bytes.data() + in.data + entry.begin, entry.end - entry.begin);
  return array;
}

/// Arrays of 8-byte numbers first, so that all lie at multiples of their element's size.
TensorHeader place(const StateDict& state, const Metadata& metadata) {
  TensorHeader header{{}, metadata};
  for (const auto& [name, array] : state) {
    const Shape& shape = shape_of(array);
    header.tensors.push_back({name, types[array.index()], {shape.begin(), shape.end()}, 0, 0});
  }
  std::uint64_t at = 0;
  for (const std::uint64_t size : {8, 4}) {
    auto entry = header.tensors.begin();
    for (const auto& [name, array] : state) {
      if (sizes[array.index()] == size) {
        entry->begin = at;
        at = entry->end = at + size * element_count(shape_of(array));
      }
      ++entry;
    }
  }
  return header;
}

}  // namespace

void save_safetensors(const std::filesystem::path& path, const StateDict& state,
                      const Metadata& metadata) {
  detail::require_file(!state.contains("__metadata__"), path.string(), "name",
                       "be another than that of the notes", "'__metadata__'");
  const TensorHeader header = place(state, metadata);
  std::string json = write_header(header);
  json.resize((json.size() + 7) / 8 * 8, ' ');
  const std::uint64_t length = json.size();
  std::uint64_t data = 0;
  for (const TensorEntry& entry : header.tensors) data = std::max(data, entry.end);
  std::string bytes(length_bytes + json.size() + data, '\0');
  std::memcpy(bytes.data(), &length, length_bytes);
  std::memcpy(bytes.data() + length_bytes, json.data(), json.size());
  auto entry = header.tensors.begin();
  for (const auto& item : state) {
    char* const to = bytes.data() + length_bytes + json.size() + entry->begin;
    const std::uint64_t n = entry->end - entry->begin;
    if (n > 0) std::visit([&](const auto& a) { std::memcpy(to, a.data(), n); }, item.second);
    ++entry;
  }
  detail::write_file(path, bytes);
}

StateDict load_safetensors(const std::filesystem::path& path) {
  const Parsed in = parse(path);
  StateDict state;
  for (const TensorEntry& entry : in.header.tensors) {
    const std::size_t type = type_index(in, entry);
    state.set(entry.name, type == 0   ? read_array<float>(in, entry)
                          : type == 1 ? read_array<double>(in, entry)
                                      : read_array<std::int64_t>(in, entry));
  }
  return state;
}

Metadata load_safetensors_metadata(const std::filesystem::path& path) {
  return parse(path).header.metadata;
}

}  // namespace xg::io
