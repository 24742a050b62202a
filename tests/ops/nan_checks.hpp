#pragma once

#include <string>

#include "ops/table.hpp"

namespace xg::test {

/// An input of NaN gives NaN, in float and double, in every sample and whichever input it is: NaN
/// is data, and no operation hides one. Those that may are listed with their reason.
std::string check_nan(const Entry& entry);

}  // namespace xg::test
