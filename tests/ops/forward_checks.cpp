#include "ops/forward_checks.hpp"

#include <fmt/format.h>

#include <cmath>
#include <xgrad/autograd/functional.hpp>
#include <xgrad/autograd/grad_mode.hpp>
#include <xgrad/autograd/node.hpp>
#include <xgrad/autograd/numeric_derivative.hpp>
#include <xgrad/ops/arithmetic.hpp>

#include "ops/draw.hpp"

namespace xg::test {

namespace {

using List = Variables<double>;

constexpr std::uint64_t seed = 20240817;

List random_like(const List& list, std::uint64_t draw_seed) {
  Draw draw(draw_seed);
  List weights;
  for (const Variable<double>& x : list) weights.emplace_back(draw_weights(x.shape(), draw));
  return weights;
}

List inputs_of(const Sample& sample) {
  List x;
  for (const Array<double>& value : draw_inputs(sample, seed)) x.emplace_back(value);
  return x;
}

struct Product {
  double sum = 0, size = 0;  // of the terms, and of their magnitudes
};
Product inner(const List& a, const List& b) {
  Product p;
  for (std::size_t k = 0; k < a.size(); ++k)
    for (std::size_t i = 0; i < a[k].size(); ++i) {
      const double term = a[k].value().data()[i] * b[k].value().data()[i];
      p.sum += term;
      p.size += std::abs(term);
    }
  return p;
}

/// All elements of f(x + t v), each t computed once.
class Line {
 public:
  Line(const Call& call, List x, List v) : call_(call), x_(std::move(x)), v_(std::move(v)) {}
  const std::vector<double>& at(double t) {
    const auto [entry, made] = values_.try_emplace(t);
    if (made) entry->second = compute(t);
    return entry->second;
  }

 private:
  std::vector<double> compute(double t) const {
    const NoGrad guard;
    List moved;
    for (std::size_t i = 0; i < x_.size(); ++i)
      moved.emplace_back(Array<double>(x_[i].value() + t * v_[i].value()));
    std::vector<double> all;
    for (const Variable<double>& y : call_.in_double(moved))
      all.insert(all.end(), y.value().storage().begin(), y.value().storage().end());
    return all;
  }
  const Call& call_;
  List x_, v_;
  std::map<double, std::vector<double>> values_;
};

std::string compare_numerically(const Sample& sample, const List& x, const List& v,
                                const List& tangents) {
  Line line(sample.call, x, v);
  double size = 0;
  for (const double y : line.at(0)) size += std::abs(y);
  std::size_t element = 0;
  for (std::size_t k = 0; k < tangents.size(); ++k)
    for (std::size_t i = 0; i < tangents[k].size(); ++i, ++element) {
      const auto numeric = detail::differentiate([&](double t) { return line.at(t)[element]; }, 1,
                                                 4 * 2.3e-16 * size);
      const double actual = tangents[k].value().data()[i];
      const double margin = 8 * numeric.error + 1e-7 * std::max(std::abs(actual), 1.);
      if (numeric.found && !numeric.kink && !(std::abs(actual - numeric.value) <= margin))
        return fmt::format("tangent {} of result {} is {:.12g}, numerically {:.12g} +- {:.1g}", i,
                           k, actual, numeric.value, numeric.error);
    }
  return {};
}

/// Gradients of <u, f(x)> by x, recorded; zeros where nothing arrives.
List recorded_gradients(const Call& call, const List& x, const List& u) {
  const List y = call.in_double(x);
  List outputs, seeds;
  for (std::size_t k = 0; k < y.size(); ++k) {
    if (!y[k].requires_grad()) continue;
    outputs.push_back(y[k]);
    seeds.push_back(u[k]);
  }
  List g(x.size());
  if (!outputs.empty())
    g = grad(outputs, x, {.grad_outputs = seeds, .create_graph = true, .allow_unused = true});
  for (std::size_t i = 0; i < x.size(); ++i)
    if (!g[i].defined()) g[i] = Variable<double>(full_array<double>(x[i].shape(), 0.));
  return g;
}

/// Gradients of <w, outputs> by x as plain values.
List gradients_of(const List& outputs, const List& w, const List& x) {
  return recorded_gradients({{}, [&](const List&) { return outputs; }}, x, w);
}

List leaves(const List& x) {
  List copies;
  for (const Variable<double>& v : x) copies.emplace_back(v.value(), true);
  return copies;
}

std::string compare(const char* ways, const List& a, const List& b) {
  for (std::size_t k = 0; k < a.size(); ++k)
    for (std::size_t i = 0; i < a[k].size(); ++i) {
      const double p = a[k].value().data()[i], q = b[k].value().data()[i];
      if (std::abs(p - q) <= 1e-9 * std::max({std::abs(p), std::abs(q), 1.})) continue;
      return fmt::format("{}: element {} of input {}: {:.15g} and {:.15g}", ways, i, k, p, q);
    }
  return {};
}

std::map<std::string, bool> by_rule_of;
void note(const Node<double>& node, bool by_rule, std::span<Variable<double>>) {
  by_rule_of[std::string(node.name())] = by_rule;
}

}  // namespace

std::string check_tangent(const Sample& sample) {
  const List x = inputs_of(sample), v = random_like(x, 5);
  const auto f = [&](const List& in) { return sample.call.in_double(in); };
  const auto [y, tangents] = jvp(f, x, v);
  const List u = random_like(y, 6);
  const List g = vjp(f, x, u).second;
  const Product forward = inner(tangents, u), reverse = inner(v, g);
  const double scale = std::max({forward.size, reverse.size, 1e-300});
  if (!(std::abs(forward.sum - reverse.sum) <= 1e-12 * scale))
    return fmt::format("<Jv, u> is {:.17g}, <v, J'u> {:.17g}", forward.sum, reverse.sum);
  return compare_numerically(sample, x, v, tangents);
}

std::string check_tangent_subsets(const Sample& sample) {
  const List x = inputs_of(sample), v = random_like(x, 9);
  const std::size_t count = x.size();
  if (count < 2 || count > 5) return {};
  const auto f = [&](const List& in) { return sample.call.in_double(in); };
  const bool twice = !sample.first_order_only;
  const List leaf = leaves(x);
  const auto push = [&](const List& tangents) {
    return jvp(f, leaf, tangents, {.create_graph = twice}).second;
  };
  const List all = push(v), u = random_like(all, 10);
  for (unsigned chosen = 1; chosen < 1U << (count - 1); ++chosen) {
    List some(count), others(count);
    for (std::size_t i = 0; i < count; ++i) ((chosen >> i & 1) != 0 ? some : others)[i] = v[i];
    const List a = push(some), b = push(others);
    List sum;
    for (std::size_t k = 0; k < all.size(); ++k) {
      if (a[k].shape() != all[k].shape() || b[k].shape() != all[k].shape())
        return fmt::format("tangents of the inputs {:b}: a result of another shape", chosen);
      sum.push_back(a[k] + b[k]);
    }
    auto text = compare(
        fmt::format("tangents of the inputs {:b} and of the rest, against all", chosen).c_str(),
        sum, all);
    if (text.empty() && twice)
      text = compare("gradients of these tangents", gradients_of(sum, u, leaf),
                     gradients_of(all, u, leaf));
    if (!text.empty()) return text;
  }
  return {};
}

std::string check_mixed_modes(const Sample& sample) {
  if (sample.first_order_only) return {};
  const List x = inputs_of(sample), v = random_like(x, 7);
  const auto f = [&](const List& in) { return sample.call.in_double(in); };
  const List leaf = leaves(x), u = random_like(sample.call.in_double(x), 8);
  const List g = recorded_gradients(sample.call, leaf, u);
  const List reverse_reverse = gradients_of(g, v, leaf);
  const List forward_reverse =
      jvp([&](const List& in) { return recorded_gradients(sample.call, in, u); }, x, v).second;
  auto text = compare("forward over reverse against reverse over reverse", forward_reverse,
                      reverse_reverse);
  if (!text.empty()) return text;
  const List tangents = jvp(f, leaf, v, {.create_graph = true}).second;
  return compare("reverse over forward against reverse over reverse",
                 gradients_of(tangents, u, leaf), reverse_reverse);
}

const std::map<std::string, std::string>& without_tangent_rule() {
  static const std::map<std::string, std::string> names;
  return names;
}

TangentWatch::TangentWatch() {
  by_rule_of.clear();
  detail::tangent_mutator<double> = note;
}
TangentWatch::~TangentWatch() { detail::tangent_mutator<double> = nullptr; }
const std::map<std::string, bool>& TangentWatch::seen() const { return by_rule_of; }

}  // namespace xg::test
