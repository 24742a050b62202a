#pragma once

#include <set>
#include <string>

namespace xg::test {

/// Names of the functions declared in the headers of a folder (not in its subfolders) that return a
/// Variable or Variables, outside namespace detail.
std::set<std::string> declared_operations(const std::string& folder);

}  // namespace xg::test
