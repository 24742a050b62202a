#pragma once

#include "xgrad/optim/optimizer.hpp"

namespace xg::optim {

struct AdamOptions {
  double lr = 1e-3;         ///< step size, >= 0
  double beta1 = 0.9;       ///< decay of the mean of g, in [0, 1)
  double beta2 = 0.999;     ///< decay of the mean of g^2, in [0, 1)
  double eps = 1e-8;        ///< added to the root, outside it, >= 0
  double weight_decay = 0;  ///< factor of p added to g, >= 0
  bool amsgrad = false;     ///< divide by the largest v so far
  bool maximize = false;    ///< climb instead
};

struct AdamWOptions {
  double lr = 1e-3;            ///< step size, >= 0
  double beta1 = 0.9;          ///< decay of the mean of g, in [0, 1)
  double beta2 = 0.999;        ///< decay of the mean of g^2, in [0, 1)
  double eps = 1e-8;           ///< added to the root, outside it, >= 0
  double weight_decay = 1e-2;  ///< p shrinks by lr * weight_decay a step, >= 0
  bool amsgrad = false;        ///< divide by the largest v so far
  bool maximize = false;       ///< climb instead
};

struct NAdamOptions {
  double lr = 2e-3;              ///< step size, >= 0
  double beta1 = 0.9;            ///< decay of the mean of g, in [0, 1)
  double beta2 = 0.999;          ///< decay of the mean of g^2, in [0, 1)
  double eps = 1e-8;             ///< added to the root, outside it, >= 0
  double weight_decay = 0;       ///< factor of p added to g, >= 0
  double momentum_decay = 4e-3;  ///< of the schedule of beta1, >= 0
  bool maximize = false;         ///< climb instead
};

struct RAdamOptions {
  double lr = 1e-3;         ///< step size, >= 0
  double beta1 = 0.9;       ///< decay of the mean of g, in [0, 1)
  double beta2 = 0.999;     ///< decay of the mean of g^2, in [0, 1)
  double eps = 1e-8;        ///< added to the root, outside it, >= 0
  double weight_decay = 0;  ///< factor of p added to g, >= 0
  bool maximize = false;    ///< climb instead
};

struct AdamaxOptions {
  double lr = 2e-3;         ///< step size, >= 0
  double beta1 = 0.9;       ///< decay of the mean of g, in [0, 1)
  double beta2 = 0.999;     ///< decay of the mean of g^2, in [0, 1)
  double eps = 1e-8;        ///< added to the root, outside it, >= 0
  double weight_decay = 0;  ///< factor of p added to g, >= 0
  bool maximize = false;    ///< climb instead
};

namespace detail {
struct AdamRule {
  using Options = AdamOptions;
  static constexpr auto name = "Adam";
  static constexpr auto step_name = "Adam.step";
  static void check(const Options& options);
  static std::size_t buffer_count(const Options& options);
  static double initial(const Options& options, std::size_t buffer);
  static void visit(Options& options, const OptionVisitor& f);
  template <class T>
  static void update(const Update<T>& u, const Options& options);
};

struct AdamWRule {
  using Options = AdamWOptions;
  static constexpr auto name = "AdamW";
  static constexpr auto step_name = "AdamW.step";
  static void check(const Options& options);
  static std::size_t buffer_count(const Options& options);
  static double initial(const Options& options, std::size_t buffer);
  static void visit(Options& options, const OptionVisitor& f);
  template <class T>
  static void update(const Update<T>& u, const Options& options);
};

struct NAdamRule {
  using Options = NAdamOptions;
  static constexpr auto name = "NAdam";
  static constexpr auto step_name = "NAdam.step";
  static void check(const Options& options);
  static std::size_t buffer_count(const Options& options);
  static double initial(const Options& options, std::size_t buffer);
  static void visit(Options& options, const OptionVisitor& f);
  template <class T>
  static void update(const Update<T>& u, const Options& options);
};

struct RAdamRule {
  using Options = RAdamOptions;
  static constexpr auto name = "RAdam";
  static constexpr auto step_name = "RAdam.step";
  static void check(const Options& options);
  static std::size_t buffer_count(const Options& options);
  static double initial(const Options& options, std::size_t buffer);
  static void visit(Options& options, const OptionVisitor& f);
  template <class T>
  static void update(const Update<T>& u, const Options& options);
};

struct AdamaxRule {
  using Options = AdamaxOptions;
  static constexpr auto name = "Adamax";
  static constexpr auto step_name = "Adamax.step";
  static void check(const Options& options);
  static std::size_t buffer_count(const Options& options);
  static double initial(const Options& options, std::size_t buffer);
  static void visit(Options& options, const OptionVisitor& f);
  template <class T>
  static void update(const Update<T>& u, const Options& options);
};
}  // namespace detail

/// g <- g + weight_decay * p;  m <- beta1 m + (1 - beta1) g;  v <- beta2 v + (1 - beta2) g^2;
/// p <- p - lr * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps).
/// Source: Kingma, Ba, arXiv:1412.6980 (eps as in algorithm 1); amsgrad: Reddi et al., ICLR 2018.
template <class T>
using Adam = RuleOptimizer<T, detail::AdamRule>;
extern template class RuleOptimizer<float, detail::AdamRule>;
extern template class RuleOptimizer<double, detail::AdamRule>;

/// Adam with decoupled decay:  p <- p - lr * weight_decay * p  before, none in g.
/// Source: Loshchilov, Hutter, arXiv:1711.05101.
template <class T>
using AdamW = RuleOptimizer<T, detail::AdamWRule>;
extern template class RuleOptimizer<float, detail::AdamWRule>;
extern template class RuleOptimizer<double, detail::AdamWRule>;

/// Adam with Nesterov momentum: mu_t = beta1 (1 - 0.96^(t momentum_decay) / 2), and m is corrected
/// by the running product of mu. Source: Dozat, ICLR workshop 2016, as in PyTorch.
template <class T>
using NAdam = RuleOptimizer<T, detail::NAdamRule>;
extern template class RuleOptimizer<float, detail::NAdamRule>;
extern template class RuleOptimizer<double, detail::NAdamRule>;

/// Adam whose v is trusted only once its variance is small; until then  p <- p - lr * m / (1 -
/// beta1^t). Source: Liu et al., arXiv:1908.03265.
template <class T>
using RAdam = RuleOptimizer<T, detail::RAdamRule>;
extern template class RuleOptimizer<float, detail::RAdamRule>;
extern template class RuleOptimizer<double, detail::RAdamRule>;

/// m as in Adam;  u <- max(beta2 u, |g| + eps);  p <- p - lr / (1 - beta1^t) * m / u.
/// Source: Kingma, Ba, arXiv:1412.6980, section 7.1.
template <class T>
using Adamax = RuleOptimizer<T, detail::AdamaxRule>;
extern template class RuleOptimizer<float, detail::AdamaxRule>;
extern template class RuleOptimizer<double, detail::AdamaxRule>;

}  // namespace xg::optim
