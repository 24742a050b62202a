#include "ops/checks.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <xgrad/autograd/gradcheck.hpp>
#include <xgrad/ops/arithmetic.hpp>

#include "ops/draw.hpp"
#include "ops/forward_checks.hpp"

namespace xg::test {

namespace {

constexpr std::uint64_t seed = 20240817;

template <class T>
Variables<T> run(const Call& call, const Variables<T>& x) {
  if constexpr (std::is_same_v<T, float>)
    return call.in_float(x);
  else
    return call.in_double(x);
}

template <class T>
Variables<T> leaves(const std::vector<Array<double>>& values, unsigned required) {
  Variables<T> x;
  for (std::size_t i = 0; i < values.size(); ++i)
    x.emplace_back(Array<T>(xt::cast<T>(values[i])), (required >> i & 1) != 0);
  return x;
}

/// A forward pass, with random weights for the outputs that carry a gradient.
template <class T>
struct Pass {
  Pass(const Sample& sample, unsigned required = ~0U, std::uint64_t weight_seed = 1)
      : x(leaves<T>(draw_inputs(sample, seed), required)), y(run(sample.call, x)) {
    Draw draw(weight_seed);
    for (const Variable<T>& output : y) {
      const Array<double> w = draw_weights(output.shape(), draw);
      if (!output.requires_grad()) continue;
      reached.push_back(output);
      weights.emplace_back(Array<T>(xt::cast<T>(w)));
    }
  }

  /// One entry an input; zeros where nothing arrived.
  Arrays<T> gradients(bool create_graph = false) const { return gradients(weights, create_graph); }
  Arrays<T> gradients(const Variables<T>& u, bool create_graph) const {
    return gradients(reached, u, create_graph);
  }
  Arrays<T> gradients(const Variables<T>& outputs, const Variables<T>& u, bool create_graph) const {
    Variables<T> wanted;
    for (const Variable<T>& leaf : x)
      if (leaf.requires_grad()) wanted.push_back(leaf);
    Variables<T> g(wanted.size());
    if (!outputs.empty())
      g = grad(outputs, wanted,
               {.grad_outputs = u,
                .retain_graph = true,
                .create_graph = create_graph,
                .allow_unused = true});
    Arrays<T> all;
    std::size_t next = 0;
    for (const Variable<T>& leaf : x) {
      const Variable<T> mine = leaf.requires_grad() ? g[next++] : Variable<T>();
      all.push_back(mine.defined() ? mine.value() : full_array<T>(leaf.shape(), T(0)));
    }
    return all;
  }

  Variables<T> x, y, reached, weights;
};

/// The empty string, or the first element of `actual` off by more than the relative tolerance.
/// Magnitudes below 1 count as 1, and infinities and NaN must sit at the same places.
template <class A, class B>
std::string compare(const Array<A>& actual, const Array<B>& expected, double tolerance) {
  if (actual.shape() != expected.shape())
    return fmt::format("shape {} instead of {}", to_string(actual.shape()),
                       to_string(expected.shape()));
  for (std::size_t i = 0; i < actual.size(); ++i) {
    const double a = static_cast<double>(actual.data()[i]);
    const double e = static_cast<double>(expected.data()[i]);
    const bool same =
        a == e || (std::isnan(a) && std::isnan(e)) ||
        (std::isfinite(e) && std::abs(a - e) <= tolerance * std::max(1., std::abs(e)));
    if (!same) return fmt::format("element {} is {:.17g} instead of {:.17g}", i, a, e);
  }
  return {};
}

template <class A, class B>
std::string compare(const std::vector<Array<A>>& actual, const std::vector<Array<B>>& expected,
                    double tolerance) {
  for (std::size_t i = 0; i < actual.size(); ++i)
    if (const auto text = compare(actual[i], expected[i], tolerance); !text.empty())
      return fmt::format("gradient of input {}: {}", i, text);
  return {};
}

template <class T>
bool same_bits(const Array<T>& a, const Array<T>& b) {
  if (a.shape() != b.shape()) return false;  // the data of an empty array may be null
  return a.size() == 0 || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}
template <class T>
bool same_bits(const Arrays<T>& a, const Arrays<T>& b) {
  for (std::size_t i = 0; i < a.size(); ++i)
    if (!same_bits(a[i], b[i])) return false;
  return a.size() == b.size();
}

template <class T>
Arrays<T> values(const Variables<T>& list) {
  Arrays<T> arrays;
  for (const Variable<T>& x : list) arrays.push_back(x.value());
  return arrays;
}

const GradcheckOptions check_options{.seed = 3, .accept_subgradients = false, .shrink = false};

std::string verdict(const GradcheckReport& report) {
  return report.passed ? "" : report.reason + "\n" + report.table;
}

}  // namespace

std::string check_reference(const Reference& reference) {
  Variables<double> x;
  const auto array = [](const Literal& literal) {
    Array<double> a(literal.shape);
    std::copy(literal.values.begin(), literal.values.end(), a.data());
    return a;
  };
  for (const Literal& input : reference.inputs) x.emplace_back(array(input));
  const Variables<double> y = reference.call.in_double(x);
  if (y.size() != reference.outputs.size()) return fmt::format("{} results", y.size());
  for (std::size_t k = 0; k < y.size(); ++k) {
    const Literal& expected = reference.outputs[k];
    if (element_count(expected.shape) != expected.values.size()) return "a badly written literal";
    auto text = compare(y[k].value(), array(expected), reference.tolerance);
    if (!text.empty()) return text;
  }
  return {};
}

std::string check_refusal(const Refusal& refusal) {
  try {
    refusal.call();
  } catch (const Error& error) {
    if (error.what() == refusal.text) return {};
    return fmt::format("says '{}' instead of '{}'", error.what(), refusal.text);
  }
  return fmt::format("does not throw '{}'", refusal.text);
}

std::string check_gradient(const Sample& sample) {
  const Pass<double> at(sample, 0);
  return verdict(gradcheck(sample.call.in_double, at.x, check_options));
}

std::string check_second_gradient(const Sample& sample) {
  if (sample.first_order_only) return {};
  const Pass<double> at(sample, 0);
  return verdict(gradgradcheck(sample.call.in_double, at.x, check_options));
}

std::string check_linear(const Sample& sample) {
  const Pass<double> pass(sample, ~0U, 1);
  const Variables<double> u = pass.weights, v = Pass<double>(sample, ~0U, 2).weights;
  Variables<double> mixed;
  for (std::size_t k = 0; k < u.size(); ++k) mixed.push_back((2 * u[k] - 3 * v[k]).detach());
  const auto gu = pass.gradients(u, false), gv = pass.gradients(v, false);
  Arrays<double> expected;
  for (std::size_t i = 0; i < gu.size(); ++i) expected.emplace_back(2 * gu[i] - 3 * gv[i]);
  return compare(pass.gradients(mixed, false), expected, 1e-11);
}

std::string check_bits(const Sample& sample) {
  const Pass<double> first(sample), second(sample);
  if (!same_bits(values(first.y), values(second.y))) return "two runs give different values";
  const auto gradients = first.gradients();
  if (!same_bits(gradients, second.gradients())) return "two runs give different gradients";
  // Through a product with ones of the weights the tape alone holds the output's gradient.
  Variables<double> outputs, ones;
  for (std::size_t k = 0; k < first.reached.size(); ++k) {
    outputs.push_back(first.reached[k] * first.weights[k]);
    ones.emplace_back(full_array<double>(first.reached[k].shape(), 1.));
  }
  if (same_bits(gradients, first.gradients(outputs, ones, false))) return {};
  return "another gradient when the output gradient may be overwritten";
}

std::string check_paths(const Sample& sample) {
  const Pass<double> pass(sample);
  const auto raw = pass.gradients(false);
  return compare(raw, pass.gradients(true), 1e-11);
}

std::string check_adds(const Sample& sample) {
  const Pass<double> pass(sample);
  Variables<double> outputs = pass.reached, weights = pass.weights;
  for (const Variable<double>& y : run(sample.call, pass.x))
    if (y.requires_grad()) outputs.push_back(y);
  weights.insert(weights.end(), pass.weights.begin(), pass.weights.end());
  Arrays<double> twice;
  for (const Array<double>& g : pass.gradients()) twice.emplace_back(2 * g);
  return compare(pass.gradients(outputs, weights, false), twice, 1e-12);
}

std::string check_subsets(const Sample& sample) {
  const std::size_t count = sample.inputs.size();
  const auto all = Pass<double>(sample).gradients();
  if (count > 5) return {};
  for (unsigned required = 0; required + 1 < 1U << count; ++required) {
    const Pass<double> pass(sample, required);
    if (required == 0 && !pass.reached.empty()) return "a result requires a gradient of nothing";
    for (const bool create_graph : {false, true}) {
      const auto some = pass.gradients(create_graph);
      for (std::size_t i = 0; i < count; ++i) {
        if ((required >> i & 1) == 0) continue;
        const auto text = compare(some[i], all[i], create_graph ? 1e-11 : 1e-12);
        if (!text.empty()) return fmt::format("inputs {:b}, input {}: {}", required, i, text);
      }
    }
  }
  return {};
}

std::string check_float(const Sample& sample) {
  const Pass<double> exact(sample);
  const Pass<float> rounded(sample);
  for (std::size_t k = 0; k < exact.y.size(); ++k) {
    const auto text = compare(rounded.y[k].value(), exact.y[k].value(), sample.float_tolerance);
    if (!text.empty()) return fmt::format("result {}: {}", k, text);
  }
  return compare(rounded.gradients(), exact.gradients(), 10 * sample.float_tolerance);
}

std::string check_unchanged(const Sample& sample) {
  const Pass<double> pass(sample), fresh(sample, 0);
  const auto weights = values(pass.weights), outputs = values(pass.y);
  for (const bool create_graph : {false, true}) {
    (void)pass.gradients(create_graph);
    if (!same_bits(values(pass.x), values(fresh.x))) return "an input has changed";
    if (!same_bits(values(pass.weights), weights)) return "an output gradient has changed";
    if (!same_bits(values(pass.y), outputs)) return "a result has changed in backward";
  }
  return {};
}

const std::vector<SampleCheck>& sample_checks() {
  static const std::vector<SampleCheck> checks = {
      {"grad", check_gradient},
      {"grad2", check_second_gradient},
      {"linear", check_linear},
      {"bits", check_bits},
      {"paths", check_paths},
      {"adds", check_adds},
      {"subsets", check_subsets},
      {"float", check_float},
      {"unchanged", check_unchanged},
      {"jvp", check_tangent},
      {"jvpparts", check_tangent_subsets},
      {"fwdrev", check_mixed_modes},
  };
  return checks;
}

}  // namespace xg::test
