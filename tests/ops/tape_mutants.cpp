#include "ops/tape_mutants.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <utility>
#include <xgrad/autograd/node.hpp>
#include <xgrad/ops/arithmetic.hpp>

#include "ops/checks.hpp"
#include "ops/forward_checks.hpp"

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

void do_damage(Variable<double>& g) {
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

void mutate(const Node<double>& node, std::span<Variable<double>> gx) {
  if (node.name() != target.first || target.second >= gx.size()) return;
  // One node a backward: two negations on the way to a leaf would cancel and prove nothing.
  static std::uint64_t last_backward = 0;
  if (std::exchange(last_backward, node.mark.task) == node.mark.task) return;
  if (gx[target.second].defined()) do_damage(gx[target.second]);
}

void observe_tangents(const Node<double>& node, bool by_rule, std::span<Variable<double>> ty) {
  for (std::size_t k = 0; by_rule && k < ty.size(); ++k) {
    if (!ty[k].defined()) continue;
    bool& other_than_zero = seen[{std::string(node.name()), k}];
    for (const double t : ty[k].value().storage()) other_than_zero |= t != 0;
  }
}

std::size_t skipped = 0;  // nodes of the target's name that are left alone, in each push

void mutate_tangent(const Node<double>& node, bool, std::span<Variable<double>> ty) {
  if (node.name() != target.first || target.second >= ty.size()) return;
  static std::uint64_t last_push = 0;
  static std::size_t met = 0;
  if (std::exchange(last_push, node.mark.task) != node.mark.task) met = 0;
  // One node a push, as above.
  if (ty[target.second].defined() && met++ == skipped) do_damage(ty[target.second]);
}

/// The damage is noticed at one of the first nodes of that name. (What one passes on may be
/// overwritten, as all of x is by a scatter of one element.)
std::string check_damaged_tangent(const Sample& sample) {
  for (skipped = 0; skipped < 3; ++skipped)
    if (auto text = check_tangent(sample); !text.empty()) return text;
  return {};
}

struct Seam {
  explicit Seam(detail::GradientMutator<double> f) { detail::gradient_mutator<double> = f; }
  ~Seam() { detail::gradient_mutator<double> = nullptr; }
};

struct TangentSeam {
  explicit TangentSeam(detail::TangentMutator<double> f) { detail::tangent_mutator<double> = f; }
  ~TangentSeam() { detail::tangent_mutator<double> = nullptr; }
};

bool caught(const Entry& entry, std::string (*check)(const Sample&)) {
  for (const Sample& sample : entry.samples)
    if (!check(sample).empty()) return true;
  return false;
}

/// Does each kind of damage to each target that was seen.
MutantCount try_all(const Entry& entry, const char* what, const std::vector<const char*>& kinds,
                    std::string (*check)(const Sample&)) {
  MutantCount count;
  for (const auto& [where, other_than_zero] : std::map(seen)) {
    for (const char* kind : kinds) {
      ++count.made;
      if (!other_than_zero) {
        ++count.equivalent;
        continue;
      }
      target = where;
      damage = kind;
      if (caught(entry, check))
        ++count.caught;
      else
        count.survivors.push_back(
            fmt::format("{}: {} {} of {}: {}", entry.name, what, where.second, where.first, kind));
    }
  }
  return count;
}

}  // namespace

MutantCount mutate_tape(const Entry& entry) {
  seen.clear();
  {
    const Seam seam(observe);
    for (const Sample& sample : entry.samples) (void)check_linear(sample);
  }
  const Seam seam(mutate);
  return try_all(entry, "argument", {"zero", "negate", "scale", "drop"}, check_gradient);
}

MutantCount mutate_tangents(const Entry& entry) {
  seen.clear();
  {
    const TangentSeam seam(observe_tangents);
    for (const Sample& sample : entry.samples) (void)check_tangent(sample);
  }
  const TangentSeam seam(mutate_tangent);
  return try_all(entry, "tangent", {"zero", "negate", "scale"}, check_damaged_tangent);
}

}  // namespace xg::test
