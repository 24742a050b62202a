#pragma once

#include "xgrad/autograd/gradcheck.hpp"

namespace xg::detail {

/// Sorts the entries, counts, decides and writes the table.
void judge(GradcheckReport& report, const GradcheckOptions& options);
/// Adds the table of the shrunken failure.
void add_smallest_failure(GradcheckReport& report, const GradcheckReport& shrunken,
                          const GradcheckOptions& options);

}  // namespace xg::detail
