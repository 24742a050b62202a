#include "xgrad/io/file.hpp"

#include <atomic>
#include <fstream>
#include <iterator>
#include <random>
#include <system_error>

#include "xgrad/core/error.hpp"

namespace xg::io::detail {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  require_file(in.good() && !std::filesystem::is_directory(path), path.string(), "file",
               "be readable", "none that can be opened");
  std::string bytes{std::istreambuf_iterator<char>(in), {}};
  require_file(!in.bad(), path.string(), "file", "be readable", "an error while reading");
  return bytes;
}

namespace {

/// A name of its own beside the target: two writers must not share one.
std::filesystem::path temporary_name(const std::filesystem::path& path) {
  static std::atomic<unsigned> count{std::random_device{}()};
  return path.string() + ".part" + std::to_string(count++);
}

}  // namespace

void write_file(const std::filesystem::path& path, std::string_view bytes) {
  const std::filesystem::path temporary = temporary_name(path);
  std::error_code ignored, failed;
  std::ofstream out(temporary, std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  const bool written = out.good();
  if (written) std::filesystem::rename(temporary, path, failed);
  if (!written || failed) std::filesystem::remove(temporary, ignored);
  require_file(written && !failed, path.string(), "file", "be writable",
               written ? failed.message() : "an error while writing");
}

void require_file(bool ok, const std::string& file, const std::string& entry,
                  const std::string& expectation, const std::string& actual) {
  if (!ok) throw IoError(xg::detail::refusal(file, entry, expectation, actual));
}

namespace {
std::uint32_t byte(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}
}  // namespace

std::uint32_t get16(std::string_view bytes, std::size_t at) {
  return byte(bytes, at) | byte(bytes, at + 1) << 8;
}
std::uint32_t get32(std::string_view bytes, std::size_t at) {
  return get16(bytes, at) | get16(bytes, at + 2) << 16;
}
void put16(std::string& bytes, std::size_t value) {
  bytes += static_cast<char>(value & 0xFF);
  bytes += static_cast<char>(value >> 8 & 0xFF);
}
void put32(std::string& bytes, std::size_t value) {
  put16(bytes, value & 0xFFFF);
  put16(bytes, value >> 16 & 0xFFFF);
}

}  // namespace xg::io::detail
