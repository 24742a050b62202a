#pragma once

// Internal: whole files, and checked reading of bytes.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace xg::io::detail {

/// @throws IoError if it cannot be read.
std::string read_file(const std::filesystem::path& path);
/// Writes beside the name, then renames. @throws IoError; the old file is still there then.
void write_file(const std::filesystem::path& path, std::string_view bytes);

/// Throws IoError("path: entry must expectation, got actual") unless ok.
void require_file(bool ok, const std::string& file, const std::string& entry,
                  const std::string& expectation, const std::string& actual);

/// Little-endian numbers at an offset; the caller has checked that they are there.
std::uint32_t get16(std::string_view bytes, std::size_t at);
std::uint32_t get32(std::string_view bytes, std::size_t at);
void put16(std::string& bytes, std::size_t value);
void put32(std::string& bytes, std::size_t value);

}  // namespace xg::io::detail
