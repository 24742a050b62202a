#pragma once

#include <iosfwd>

namespace xg::test {

/// Writes what the table knows of every operation as JSON, for the reference pages: how it is
/// proven, its reference cases with their values, and the texts of its errors; and the examples.
void export_table(std::ostream& out);

}  // namespace xg::test
