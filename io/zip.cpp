#include "xgrad/io/zip.hpp"

#include <zlib.h>

#include <algorithm>
#include <string_view>

#include "xgrad/io/file.hpp"

namespace xg::io::detail {
namespace {

constexpr std::size_t kLocal = 0x04034b50, kCentral = 0x02014b50, kEnd = 0x06054b50;
constexpr std::size_t kLocalSize = 30, kCentralSize = 46, kEndSize = 22;
constexpr std::size_t kLimit = 0xFFFFFFFF;  // from here on numbers stand in zip64 fields

std::size_t checksum(std::string_view bytes) {
  return crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
}

/// What the local and the central header have in common. The date is 1980-01-01.
void put_common(std::string& out, const std::string& name, std::string_view bytes,
                std::size_t crc) {
  put16(out, 20);      // version needed
  put16(out, 0x0800);  // names are UTF-8
  put16(out, 0);       // stored
  put32(out, 0x00210000);
  put32(out, crc);
  put32(out, bytes.size());
  put32(out, bytes.size());
  put16(out, name.size());
  put16(out, 0);  // no extra field
}

/// The place of an entry, from the central directory.
struct Place {
  std::string name;
  std::size_t method, crc, packed, size, offset;
};

/// All of `size` bytes must come out of raw deflate, no more and no less.
bool inflate_to(std::string_view packed, std::string& out) {
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return false;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = inflate(&stream, Z_FINISH);
  const bool complete = result == Z_STREAM_END && stream.avail_out == 0;
  inflateEnd(&stream);
  return complete;
}

class Reader {
 public:
  Reader(const std::string& file, std::string_view bytes) : file_(file), bytes_(bytes) {}

  ZipEntries read() const {
    ZipEntries entries;
    for (const Place& place : directory()) entries.emplace_back(place.name, contents(place));
    return entries;
  }

 private:
  void check(bool ok, const std::string& entry, const char* expectation,
             const std::string& actual) const {
    require_file(ok, file_, entry, expectation, actual);
  }
  /// Whether `size` bytes are there at an offset.
  bool has(std::size_t at, std::size_t size) const {
    return at <= bytes_.size() && size <= bytes_.size() - at;
  }

  /// Offset of the end record: the last place where one fits, behind it a comment at most.
  std::size_t end_record() const {
    for (std::size_t back = kEndSize; back <= std::min(bytes_.size(), kEndSize + 0xFFFF); ++back) {
      const std::size_t at = bytes_.size() - back;
      if (get32(bytes_, at) == kEnd && get16(bytes_, at + 20) == back - kEndSize) return at;
    }
    check(false, "file", "be a complete zip", "no end record");
    return 0;
  }

  std::vector<Place> directory() const {
    const std::size_t end = end_record();
    const std::size_t count = get16(bytes_, end + 10);
    std::size_t at = get32(bytes_, end + 16);
    check(at != kLimit && count != 0xFFFF, "file", "be below 4 GB and 65535 entries", "zip64");
    std::vector<Place> places;
    for (std::size_t i = 0; i < count; ++i) {
      const std::string which = "directory entry " + std::to_string(i);
      check(has(at, kCentralSize) && get32(bytes_, at) == kCentral, which, "be there",
            "something else");
      const std::size_t length = get16(bytes_, at + 28);
      const std::size_t rest = length + get16(bytes_, at + 30) + get16(bytes_, at + 32);
      check(has(at + kCentralSize, rest), which, "fit the file", "a truncated one");
      places.push_back({std::string(bytes_.substr(at + kCentralSize, length)),
                        get16(bytes_, at + 10), get32(bytes_, at + 16), get32(bytes_, at + 20),
                        get32(bytes_, at + 24), get32(bytes_, at + 42)});
      at += kCentralSize + rest;
    }
    return places;
  }

  std::string contents(const Place& p) const {
    check(p.packed != kLimit && p.size != kLimit && p.offset != kLimit, p.name, "be below 4 GB",
          "zip64");
    check(p.method == 0 || p.method == 8, p.name, "be stored or deflated",
          "method " + std::to_string(p.method));
    check(has(p.offset, kLocalSize) && get32(bytes_, p.offset) == kLocal, p.name,
          "have a local header", "none at " + std::to_string(p.offset));
    const std::size_t start =
        p.offset + kLocalSize + get16(bytes_, p.offset + 26) + get16(bytes_, p.offset + 28);
    check(has(start, p.packed), p.name, "fit the file",
          std::to_string(p.packed) + " bytes at " + std::to_string(start));
    // Deflate packs at most 1032 to 1: a larger claim is a lie that would cost memory.
    check(p.method == 0 ? p.size == p.packed : p.size / 1032 <= p.packed, p.name,
          "have a size that its data can give", std::to_string(p.size));
    const std::string_view packed = bytes_.substr(start, p.packed);
    std::string out;
    if (p.method == 0) {
      out = packed;
    } else {
      out.resize(p.size);
      check(inflate_to(packed, out), p.name, "inflate to its size", "damaged data");
    }
    check(checksum(out) == p.crc, p.name, "have the checksum that it states", "another");
    return out;
  }

  const std::string& file_;
  std::string_view bytes_;
};

}  // namespace

std::string zip(const ZipEntries& entries) {
  std::string out, directory;
  for (const auto& [name, bytes] : entries) {
    const std::size_t crc = checksum(bytes), offset = out.size();
    require_file(name.size() < 0xFFFF && bytes.size() < kLimit && offset < kLimit - bytes.size(),
                 "zip", name, "stay below 4 GB", std::to_string(bytes.size()) + " bytes");
    put32(out, kLocal);
    put_common(out, name, bytes, crc);
    (out += name) += bytes;
    put32(directory, kCentral);
    put16(directory, 20);  // version made by
    put_common(directory, name, bytes, crc);
    put16(directory, 0);  // no comment
    put16(directory, 0);  // first disk
    put16(directory, 0);  // binary
    put32(directory, 0);  // no attributes
    put32(directory, offset);
    directory += name;
  }
  const std::size_t start = out.size();
  require_file(start + directory.size() < kLimit && entries.size() < 0xFFFF, "zip", "file",
               "stay below 4 GB and 65535 entries", std::to_string(start) + " bytes");
  out += directory;
  put32(out, kEnd);
  put32(out, 0);  // this disk, first disk
  put16(out, entries.size());
  put16(out, entries.size());
  put32(out, directory.size());
  put32(out, start);
  put16(out, 0);  // no comment
  return out;
}

ZipEntries unzip(const std::string& file, const std::string& bytes) {
  return Reader(file, bytes).read();
}

}  // namespace xg::io::detail
