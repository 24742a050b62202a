#include "xgrad/autograd/numeric_derivative.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace xg::detail {
namespace {

constexpr int columns = 5;  // orders of extrapolation: errors of h^2, h^4, ... h^10
constexpr int steps = 48;
constexpr double shrink = 2;
constexpr int levels_apart = 4;   // the kink test compares slopes at h and 16 h
constexpr int confirmed_at = 14;  // a kink must still be seen at this level (h = 3e-6)

struct Sides {
  double h = 0, left = 0, right = 0;  // one-sided slopes over the step h
  double gap() const { return right - left; }
};

/// Whether the gap between the one-sided slopes stays as the step shrinks, instead of going to zero
/// with it as for a differentiable function. A gap that rounding explains does not count.
bool slopes_stay_apart(const Sides& wide, const Sides& narrow, double noise) {
  const double size = std::max(std::abs(narrow.left), std::abs(narrow.right));
  if (std::abs(narrow.gap()) <= 16 * noise / narrow.h + 1e-5 * size) return false;
  return std::abs(narrow.gap()) > 0.5 * std::abs(wide.gap()) && narrow.gap() * wide.gap() > 0;
}

/// The falling series of central differences and Ridders' table over it.
class Extrapolation {
 public:
  explicit Extrapolation(double noise) : noise_(noise) {
    best_.error = std::numeric_limits<double>::infinity();
  }
  const NumericDerivative& best() const { return best_; }
  bool getting_worse() const { return worse_ >= 12; }
  void restart() { filled_ = 0; }

  void add(double h, double plus, double minus) {
    std::array<double, columns> row{};
    row[0] = (plus - minus) / (2 * h);
    ++worse_;
    double factor = 1;
    for (int j = 1; j <= std::min(filled_, columns - 1); ++j) {
      factor *= shrink * shrink;
      row[j] = row[j - 1] + (row[j - 1] - before_[j - 1]) / (factor - 1);
      const double error =
          std::max(std::abs(row[j] - row[j - 1]), std::abs(row[j] - before_[j - 1])) +
          2 * noise_ / h;
      if (error >= best_.error) continue;
      best_.value = row[j];
      best_.error = error;
      best_.found = true;
      worse_ = 0;
    }
    before_ = row;
    filled_ = std::min(filled_ + 1, columns);
  }

 private:
  double noise_;
  NumericDerivative best_;
  std::array<double, columns> before_{};
  int filled_ = 0, worse_ = 0;
};

}  // namespace

NumericDerivative differentiate(const std::function<double(double)>& phi, double scale,
                                double noise) {
  const double here = phi(0);
  Extrapolation series(noise);
  std::array<Sides, steps> sides{};
  bool kink = false;
  int last = 0;
  double h = 0.05 * std::max(scale, 1.0);
  for (int k = 0; k < steps && !series.getting_worse(); ++k, h /= shrink) {
    const double plus = phi(h), minus = phi(-h);
    if (!std::isfinite(plus) || !std::isfinite(minus)) {
      series.restart();  // a pole or the border of the domain within this step
      continue;
    }
    series.add(h, plus, minus);
    sides[k] = {h, (here - minus) / h, (plus - here) / h};
    const bool apart = k >= levels_apart && sides[k - levels_apart].h > 0 &&
                       slopes_stay_apart(sides[k - levels_apart], sides[k], noise);
    if (k <= confirmed_at) {
      kink = apart;
      last = k;
    }
    const bool settled = series.best().error <= 1e-10 * std::abs(series.best().value);
    if (k > levels_apart && settled && (!apart || k >= confirmed_at)) break;
  }
  NumericDerivative result = series.best();
  if (kink && std::isfinite(here)) {
    result.kink = true;
    result.left = sides[last].left;
    result.right = sides[last].right;
  }
  return result;
}

}  // namespace xg::detail
