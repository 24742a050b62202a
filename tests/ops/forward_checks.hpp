#pragma once

#include <map>
#include <string>

#include "ops/table.hpp"

namespace xg::test {

/// Forward mode, in double: <J v, u> = <v, J^T u> to 1e-12 for random u and v (where the operation
/// is smooth; elsewhere samples keep away from the kinks, so there too), and every element of J v
/// against the numeric derivative along v.
std::string check_tangent(const Sample& sample);

/// Tangents of a part of the inputs and those of the rest add up to the tangent of all.
std::string check_tangent_subsets(const Sample& sample);

/// The second derivative of <u, f> along v three ways: forward over reverse, reverse over forward,
/// reverse over reverse.
std::string check_mixed_modes(const Sample& sample);

/// Nodes whose tangents come from the derivative of their backward, with the reason why they have
/// no rule of their own.
const std::map<std::string, std::string>& without_tangent_rule();

/// While it lives, notes the nodes that tangents were pushed through.
class TangentWatch {
 public:
  TangentWatch();
  ~TangentWatch();
  /// By name: whether it went by a rule of its own.
  const std::map<std::string, bool>& seen() const;
};

}  // namespace xg::test
