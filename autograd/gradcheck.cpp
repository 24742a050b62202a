#include "xgrad/autograd/gradcheck.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "xgrad/autograd/grad_mode.hpp"
#include "xgrad/autograd/gradcheck_report.hpp"
#include "xgrad/autograd/numeric_derivative.hpp"
#include "xgrad/core/kernels/random.hpp"
#include "xgrad/core/random.hpp"

namespace xg {
namespace detail {
namespace {

using Inputs = std::vector<Array<double>>;

bool same_bits(const Array<double>& a, const Array<double>& b) {
  return a.shape() == b.shape() &&
         std::equal(a.data(), a.data() + a.size(), b.data(), [](double x, double y) {
           return std::bit_cast<std::uint64_t>(x) == std::bit_cast<std::uint64_t>(y);
         });
}

/// Away from zero, so that no error hides behind a small weight.
Array<double> random_weights(Generator& generator, const Shape& shape) {
  Array<double> u(shape);
  kernels::fill_uniform(generator, u.data(), u.size(), 0.5, 1.5);
  Array<double> sign(shape);
  kernels::fill_uniform(generator, sign.data(), sign.size(), -1.0, 1.0);
  for (std::size_t i = 0; i < u.size(); ++i)
    u.data()[i] = std::copysign(u.data()[i], sign.data()[i]);
  return u;
}

/// One check: the function at one point under one set of output gradients.
class Check {
 public:
  Check(const CheckedFunction& f, Inputs at, const GradcheckOptions& options)
      : f_(f), at_(std::move(at)), options_(options), generator_(options.seed) {}

  GradcheckReport run();

 private:
  Variables<double> leaves() const {
    Variables<double> result;
    for (const Array<double>& x : at_) result.emplace_back(x, true);
    return result;
  }
  Inputs analytic();
  std::string state_of_inputs(const Variables<double>& inputs) const;
  double loss(const Inputs& at);
  GradcheckEntry compare(const std::function<double(double)>& phi, double analytic, double scale);
  void every_element(const Inputs& gradient, GradcheckReport& report);
  void random_directions(const Inputs& gradient, GradcheckReport& report);

  const CheckedFunction& f_;
  Inputs at_;
  const GradcheckOptions& options_;
  Generator generator_;
  Inputs weights_;
  double noise_ = 0;
};

std::string Check::state_of_inputs(const Variables<double>& inputs) const {
  for (std::size_t i = 0; i < inputs.size(); ++i)
    if (!same_bits(inputs[i].value(), at_[i])) return fmt::format("f changed its input {}", i);
  return "";
}

double Check::loss(const Inputs& at) {
  const NoGrad guard;
  Variables<double> inputs;
  for (const Array<double>& x : at) inputs.emplace_back(x);
  const Variables<double> y = f_(inputs);
  double sum = 0, size = 0;
  for (std::size_t k = 0; k < y.size(); ++k)
    for (std::size_t i = 0; i < y[k].size(); ++i) {
      const double term = weights_[k].data()[i] * y[k].value().data()[i];
      sum += term;
      size += std::abs(term);
    }
  noise_ = std::max(noise_, 4 * std::numeric_limits<double>::epsilon() * size);
  return sum;
}

Inputs Check::analytic() {
  const EnableGrad record;
  const Variables<double> inputs = leaves();
  const Variables<double> y = f_(inputs);
  Variables<double> outputs, seeds;
  for (std::size_t k = 0; k < y.size(); ++k) {
    if (weights_.size() <= k) weights_.push_back(random_weights(generator_, y[k].shape()));
    if (!y[k].requires_grad()) continue;
    outputs.push_back(y[k]);
    seeds.emplace_back(weights_[k]);
  }
  Variables<double> g(inputs.size());
  if (!outputs.empty()) g = grad(outputs, inputs, {.grad_outputs = seeds, .allow_unused = true});
  Inputs result;
  for (std::size_t i = 0; i < g.size(); ++i)
    result.push_back(g[i].defined() ? g[i].value() : full_array<double>(at_[i].shape(), 0.));
  if (const std::string changed = state_of_inputs(inputs); !changed.empty())
    throw StateError(changed);
  return result;
}

GradcheckEntry Check::compare(const std::function<double(double)>& phi, double analytic,
                              double scale) {
  const NumericDerivative numeric = differentiate(phi, scale, noise_);
  GradcheckEntry entry;
  entry.analytic = analytic;
  entry.numeric = numeric.value;
  entry.numeric_error = numeric.error;
  const double margin = 8 * numeric.error +
                        options_.tolerance * std::max(std::abs(analytic), std::abs(numeric.value));
  if (numeric.kink) {
    entry.left = numeric.left;
    entry.right = numeric.right;
    const auto [low, high] = std::minmax(numeric.left, numeric.right);
    const double slack = 1e-4 * std::max(std::abs(low), std::abs(high));
    const bool between = analytic >= low - slack && analytic <= high + slack;
    entry.verdict = between && options_.accept_subgradients ? Verdict::subgradient : Verdict::wrong;
  } else if (!numeric.found || !std::isfinite(analytic) ||
             numeric.error > 1e-2 * std::max(std::abs(numeric.value), noise_ * 1e8)) {
    entry.verdict =
        numeric.found && std::abs(analytic - numeric.value) <= margin && std::isfinite(analytic)
            ? Verdict::agrees
            : (std::isfinite(analytic) ? Verdict::unreliable : Verdict::wrong);
  } else {
    entry.verdict = std::abs(analytic - numeric.value) <= margin ? Verdict::agrees : Verdict::wrong;
  }
  return entry;
}

void Check::every_element(const Inputs& gradient, GradcheckReport& report) {
  Inputs moved = at_;
  for (std::size_t i = 0; i < at_.size(); ++i)
    for (std::size_t j = 0; j < at_[i].size(); ++j) {
      double& x = moved[i].data()[j];
      const double x0 = x;
      const auto phi = [&](double t) {
        x = x0 + t;
        return loss(moved);
      };
      GradcheckEntry entry = compare(phi, gradient[i].data()[j], std::abs(x0));
      x = x0;
      entry.input = i;
      entry.index = j;
      report.entries.push_back(entry);
    }
}

void Check::random_directions(const Inputs& gradient, GradcheckReport& report) {
  for (int d = 0; d < options_.directions; ++d) {
    Inputs direction, moved = at_;
    double analytic = 0, length = 0;
    for (std::size_t i = 0; i < at_.size(); ++i) {
      direction.push_back(random_weights(generator_, at_[i].shape()));
      for (std::size_t j = 0; j < at_[i].size(); ++j)
        length += direction[i].data()[j] * direction[i].data()[j];
    }
    length = std::sqrt(std::max(length, 1.0));
    for (std::size_t i = 0; i < at_.size(); ++i)
      for (std::size_t j = 0; j < at_[i].size(); ++j)
        analytic += gradient[i].data()[j] * (direction[i].data()[j] /= length);
    const auto phi = [&](double t) {
      for (std::size_t i = 0; i < at_.size(); ++i)
        for (std::size_t j = 0; j < at_[i].size(); ++j)
          moved[i].data()[j] = at_[i].data()[j] + t * direction[i].data()[j];
      return loss(moved);
    };
    GradcheckEntry entry = compare(phi, analytic, 0);
    entry.index = static_cast<std::size_t>(d);
    report.entries.push_back(entry);
  }
}

GradcheckReport Check::run() {
  GradcheckReport report;
  try {
    const Inputs gradient = analytic();
    const double first = loss(at_), second = loss(at_);
    if (std::bit_cast<std::uint64_t>(first) != std::bit_cast<std::uint64_t>(second)) {
      report.reason = "f is not deterministic: two calls on the same inputs differ";
      return report;
    }
    const Inputs again = analytic();
    for (std::size_t i = 0; i < gradient.size(); ++i)
      if (!same_bits(gradient[i], again[i])) {
        report.reason = fmt::format("the gradient of input {} is not deterministic", i);
        return report;
      }
    options_.fast ? random_directions(gradient, report) : every_element(gradient, report);
  } catch (const Error& error) {
    report.reason = error.what();
    return report;
  }
  judge(report, options_);
  return report;
}

/// The first `extent` entries along every axis whose extent is `from`.
Array<double> cut(const Array<double>& x, std::size_t from, std::size_t extent) {
  Shape shape = x.shape();
  for (std::size_t& n : shape) n = n == from ? extent : n;
  Array<double> result(shape);
  for (std::size_t flat = 0; flat < result.size(); ++flat) {
    std::size_t rest = flat, source = 0, stride = 1, source_stride = 1;
    for (std::size_t axis = shape.size(); axis-- > 0; source_stride *= x.shape()[axis]) {
      stride = shape[axis];
      source += rest % stride * source_stride;
      rest /= stride;
    }
    result.data()[flat] = x.data()[source];
  }
  return result;
}

/// Halves one extent at a time, wherever it occurs, as long as the check still fails.
void shrink_failure(const CheckedFunction& f, Inputs at, GradcheckOptions options,
                    GradcheckReport& report) {
  options.shrink = false;
  bool smaller = true;
  for (int round = 0; round < 40 && smaller; ++round) {
    smaller = false;
    std::vector<std::size_t> extents;
    for (const Array<double>& x : at)
      extents.insert(extents.end(), x.shape().begin(), x.shape().end());
    std::sort(extents.rbegin(), extents.rend());
    for (const std::size_t extent : extents) {
      if (extent < 2) continue;
      Inputs candidate;
      for (const Array<double>& x : at) candidate.push_back(cut(x, extent, extent / 2));
      const GradcheckReport trial = Check(f, candidate, options).run();
      if (trial.passed || trial.entries.empty()) continue;
      at = std::move(candidate);
      smaller = true;
      break;
    }
  }
  for (const Array<double>& x : at) report.smallest_failure.push_back(x.shape());
  add_smallest_failure(report, Check(f, at, options).run(), options);
}

Inputs values_of(const Variables<double>& inputs) {
  Inputs values;
  for (const Variable<double>& x : inputs) values.push_back(x.value());
  return values;
}

}  // namespace
}  // namespace detail

GradcheckReport gradcheck(const CheckedFunction& f, const Variables<double>& inputs,
                          const GradcheckOptions& options) {
  require<ValueError>(!inputs.empty(), "gradcheck", "inputs", "not be empty", inputs.size());
  GradcheckReport report = detail::Check(f, detail::values_of(inputs), options).run();
  if (!report.passed && options.shrink && !report.entries.empty())
    detail::shrink_failure(f, detail::values_of(inputs), options, report);
  return report;
}

GradcheckReport gradgradcheck(const CheckedFunction& f, const Variables<double>& inputs,
                              const GradcheckOptions& options) {
  Variables<double> all = inputs;
  Generator generator(options.seed, 1);
  {
    const NoGrad guard;
    for (const Variable<double>& y : f(inputs))
      all.emplace_back(detail::random_weights(generator, y.shape()));
  }
  const std::size_t count = inputs.size();
  const CheckedFunction gradients = [&f, count](const Variables<double>& in) {
    const EnableGrad record;
    Variables<double> x(in.begin(), in.begin() + static_cast<std::ptrdiff_t>(count));
    for (Variable<double>& leaf : x)
      if (!leaf.requires_grad()) leaf = leaf.detach().set_requires_grad(true);
    const Variables<double> y = f(x);
    Variables<double> reached, seeds;
    for (std::size_t k = 0; k < y.size(); ++k) {
      if (!y[k].requires_grad()) continue;
      reached.push_back(y[k]);
      seeds.push_back(in[count + k]);
    }
    Variables<double> g(count);
    if (!reached.empty())
      g = grad(reached, x, {.grad_outputs = seeds, .create_graph = true, .allow_unused = true});
    for (std::size_t i = 0; i < count; ++i)
      if (!g[i].defined()) g[i] = Variable<double>(full_array<double>(x[i].shape(), 0.));
    return g;
  };
  GradcheckOptions second = options;
  second.shrink = false;
  return gradcheck(gradients, all, second);
}

}  // namespace xg
