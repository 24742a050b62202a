#pragma once

// Internal: the part of the zip format that NumPy uses (PKWARE APPNOTE 6.3, sections 4.3 and 4.4).

#include <string>
#include <utility>
#include <vector>

namespace xg::io::detail {

using ZipEntries = std::vector<std::pair<std::string, std::string>>;  // name, bytes

/// A zip whose entries are stored uncompressed.
std::string zip(const ZipEntries& entries);
/// All entries of a zip, stored or deflated. `file` is for errors. @throws IoError.
ZipEntries unzip(const std::string& file, const std::string& bytes);

}  // namespace xg::io::detail
