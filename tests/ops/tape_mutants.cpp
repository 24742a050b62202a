#include "ops/tape_mutants.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <utility>
#include <xgrad/autograd/node.hpp>
#include <xgrad/ops/arithmetic.hpp>

#include "ops/checks.hpp"

namespace xg::test {

namespace {

using Target = std::pair<std::string, std::size_t>;  // name of the node, argument

/// Per target, whether a gradient other than zero was ever seen.
std::map<Target, bool> seen;

void observe(const Node<double>& node, std::span<Variable<double>> gx) {
  for (std::size_t i = 0; i < gx.size(); ++i) {
    if (!gx[i].defined() || !node.needs(i)) continue;
    bool& other_than_zero = seen[{std::string(node.name()), i}];
    for (const double g : gx[i].value().storage()) other_than_zero |= g != 0;
  }
}

Target target;
const char* damage = "";

void mutate(const Node<double>& node, std::span<Variable<double>> gx) {
  if (node.name() != target.first || target.second >= gx.size()) return;
  // One node a backward: two negations on the way to a leaf would cancel and prove nothing.
  static std::uint64_t last_backward = 0;
  if (std::exchange(last_backward, node.mark.task) == node.mark.task) return;
  Variable<double>& g = gx[target.second];
  if (!g.defined()) return;
  switch (damage[0]) {
    case 'z':
      g = g * 0;
      break;
    case 'n':
      g = -g;
      break;
    case 's':
      g = g * 1.01;
      break;
    default:
      g = {};
  }
}

struct Seam {
  explicit Seam(detail::GradientMutator<double> f) { detail::gradient_mutator<double> = f; }
  ~Seam() { detail::gradient_mutator<double> = nullptr; }
};

bool caught(const Entry& entry) {
  for (const Sample& sample : entry.samples)
    if (!check_gradient(sample).empty()) return true;
  return false;
}

}  // namespace

MutantCount mutate_tape(const Entry& entry) {
  MutantCount count;
  seen.clear();
  {
    const Seam seam(observe);
    for (const Sample& sample : entry.samples) (void)check_linear(sample);
  }
  const Seam seam(mutate);
  for (const auto& [where, other_than_zero] : std::map(seen)) {
    for (const char* kind : {"zero", "negate", "scale", "drop"}) {
      ++count.made;
      if (!other_than_zero) {
        ++count.equivalent;
        continue;
      }
      target = where;
      damage = kind;
      if (caught(entry))
        ++count.caught;
      else
        count.survivors.push_back(
            fmt::format("{}: argument {} of {}: {}", entry.name, where.second, where.first, kind));
    }
  }
  return count;
}

}  // namespace xg::test
