#include "xgrad/data/gzip_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "xgrad/core/error.hpp"

namespace xg::data::detail {

GzipFile::GzipFile(std::string path) : path_(std::move(path)), file_(nullptr) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path_, ignored)) fail("is a folder, not a file");
  errno = 0;
  file_ = gzopen(path_.c_str(), "rb");
  if (file_ == nullptr) {
    const int reason = errno;
    if (reason == ENOENT) fail("no such file");
    fail(std::string("cannot be opened (") + std::strerror(reason ? reason : ENOMEM) + ")");
  }
  gzbuffer(file_, 1 << 17);
}

GzipFile::~GzipFile() { gzclose_r(file_); }

std::vector<std::uint8_t> GzipFile::read(std::size_t count) {
  constexpr std::size_t step = 1 << 24;  // at most this much is taken on trust
  std::vector<std::uint8_t> bytes;
  while (bytes.size() < count) {
    const std::size_t before = bytes.size();
    const std::size_t want = std::min(step, count - before);
    bytes.resize(before + want);
    const int got = gzread(file_, bytes.data() + before, static_cast<unsigned>(want));
    // A gzip stream that stops early gives what it has and tells of it through gzerror alone.
    int state = Z_OK;
    gzerror(file_, &state);
    if (state == Z_BUF_ERROR) fail("ends in the middle of its compressed data");
    if (got < 0) fail(state == Z_ERRNO ? "cannot be read" : "has damaged compressed data");
    bytes.resize(before + static_cast<std::size_t>(got));
    if (static_cast<std::size_t>(got) < want) break;
  }
  return bytes;
}

void GzipFile::fail(const std::string& problem) const {
  throw IoError("read_idx: " + path_ + ": " + problem);
}

}  // namespace xg::data::detail
