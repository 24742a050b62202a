#pragma once

#include <string>
#include <vector>

#include "ops/table.hpp"

namespace xg::test {

/// What became of the damage done at the tape to the gradients of one entry.
struct MutantCount {
  int made = 0;
  int caught = 0;
  int equivalent = 0;  ///< the gradient damaged is zero in every sample, so nothing changes
  std::vector<std::string> survivors;

  MutantCount& operator+=(const MutantCount& other) {
    made += other.made;
    caught += other.caught;
    equivalent += other.equivalent;
    survivors.insert(survivors.end(), other.survivors.begin(), other.survivors.end());
    return *this;
  }
};

/// Every node that the entry records, each of its arguments, and the four kinds of damage (zero,
/// negate, scale by 1.01, drop): the check against numeric derivatives must fail in some sample.
MutantCount mutate_tape(const Entry& entry);

/// The same in forward mode: every result of every node that has a tangent rule, its tangent zero,
/// negated or scaled by 1.01, against check_tangent.
MutantCount mutate_tangents(const Entry& entry);

}  // namespace xg::test
