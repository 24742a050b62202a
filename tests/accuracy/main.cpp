// Largest error of every elementary function in units in the last place, on every instruction set
// that this machine has, against 50-digit arithmetic.
//
//   accuracy [--samples N] [--only NAME] [--table] [--check]
//
// --table prints Markdown (docs/accuracy.md), else one line a function with the worst argument;
// --check returns 1 if an error is above its limit (exact.cpp).

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>
#include <type_traits>

#include "core/kernel_tables.hpp"
#include "exact.hpp"

namespace accuracy {
namespace {

struct Options {
  std::size_t samples = 100000;
  std::string only;
  bool table = false, check = false;
};

constexpr double wrong = 1e9;  // a special value that is not what it must be

/// From got to the exact value in units in the last place of T there. Overflow counts as the power
/// of two beyond the largest number.
template <class T>
double ulps(T got, const Exact& exact) {
  if (mpfr_nan_p(exact.get()) || std::isnan(got))
    return (mpfr_nan_p(exact.get()) != 0) == std::isnan(got) ? 0 : wrong;
  if (got == 0 && std::signbit(got) != (mpfr_signbit(exact.get()) != 0)) return wrong;
  if (mpfr_zero_p(exact.get())) return got == 0 ? 0 : wrong;
  using Limits = std::numeric_limits<T>;
  thread_local Exact beyond, difference;
  mpfr_set_ui_2exp(beyond.get(), 1, Limits::max_exponent, MPFR_RNDN);
  const bool over = mpfr_cmpabs(exact.get(), beyond.get()) >= 0;
  if (over && std::isinf(got))
    return std::signbit(got) == (mpfr_signbit(exact.get()) != 0) ? 0 : wrong;
  mpfr_setsign(beyond.get(), beyond.get(), std::signbit(got), MPFR_RNDN);
  if (!std::isinf(got)) mpfr_set_d(beyond.get(), got, MPFR_RNDN);
  mpfr_sub(difference.get(), beyond.get(), exact.get(), MPFR_RNDN);
  if (over && !std::isinf(got)) return wrong;
  const long exponent =
      std::clamp<long>(mpfr_get_exp(exact.get()), Limits::min_exponent, Limits::max_exponent);
  mpfr_mul_2si(difference.get(), difference.get(), Limits::digits - exponent, MPFR_RNDN);
  return std::fabs(mpfr_get_d(difference.get(), MPFR_RNDN));
}

/// Random bit patterns (the whole range), normal numbers (where most arguments lie) and numbers of
/// all magnitudes from 2^-20 to 2^10, a third each, with the special values among them.
template <class T>
std::vector<T> draw(std::size_t n, std::uint64_t seed) {
  using Word = std::conditional_t<std::is_same_v<T, float>, std::uint32_t, std::uint64_t>;
  using Limits = std::numeric_limits<T>;
  std::mt19937_64 engine(seed);
  std::normal_distribution<T> normal(0, 3);
  std::uniform_real_distribution<T> mantissa(-1, 1), magnitude(-20, 10);
  std::vector<T> x(n);
  for (std::size_t i = 0; i < n; ++i) {
    if (i % 3 == 0) x[i] = std::bit_cast<T>(static_cast<Word>(engine()));
    if (i % 3 == 1) x[i] = normal(engine);
    if (i % 3 == 2) x[i] = mantissa(engine) * std::exp2(magnitude(engine));
  }
  std::size_t at = 5 % n;
  for (const T special : {T(0), T(1), T(0.5), T(2), Limits::infinity(), Limits::quiet_NaN(),
                          Limits::min(), Limits::denorm_min(), Limits::max()})
    for (const T signed_one : {special, -special}) x[at = (at + 37) % n] = signed_one;
  return x;
}

struct Worst {
  double error = 0, a = NAN, b = NAN, got = 0, exact = 0;
};

/// The worst of every instruction set, and whether all keep the limit.
struct Row {
  std::vector<Worst> worst;
  bool kept = true;
};

template <class T, class Apply, class Reference>
Row measure(const std::vector<T>& a, const std::vector<T>& b, double limit, const Apply& apply,
            const Reference& reference) {
  std::vector<std::vector<T>> y;
  for (const auto& [isa, table] : test::kernel_tables<T>()) {
    y.emplace_back(a.size());
    apply(*table, y.back().data());
  }
  Row row{std::vector<Worst>(y.size())};
  Exact exact;
  for (std::size_t i = 0; i < a.size(); ++i) {
    reference(exact, Exact(a[i]), Exact(b[i]));
    for (std::size_t k = 0; k < y.size(); ++k) {
      const double error = ulps(y[k][i], exact);
      if (error > row.worst[k].error)
        row.worst[k] = {error, a[i], b[i], y[k][i], mpfr_get_d(exact.get(), MPFR_RNDN)};
      row.kept = row.kept && error <= limit;
    }
  }
  return row;
}

template <class T>
Row measure(const UnaryRow& f, std::size_t n) {
  const auto x = draw<T>(n, 1);
  return measure<T>(
      x, x, f.limit,
      [&](const auto& table, T* y) { table.unary[static_cast<std::size_t>(f.op)](x.data(), y, n); },
      [&](Exact& y, const Exact& v, const Exact&) { f.exact(y, v); });
}

template <class T>
Row measure(const BinaryRow& f, std::size_t n) {
  const auto a = draw<T>(n, 2), b = draw<T>(n, 3);
  return measure<T>(
      a, b, f.limit,
      [&](const auto& table, T* y) {
        table.vector_vector[static_cast<std::size_t>(f.op)](a.data(), b.data(), y, n);
      },
      f.exact);
}

void print_lines(const char* type, const char* name, bool binary, const Row& row) {
  const auto tables = test::kernel_tables<double>();
  for (std::size_t k = 0; k < row.worst.size(); ++k) {
    const Worst& w = row.worst[k];
    std::printf("%-12s %-6s %-7s %9.3g ulp at %.17g", name, type, tables[k].isa, w.error, w.a);
    if (binary) std::printf(", %.17g", w.b);
    std::printf("  (got %.17g, exact %.17g)\n", w.got, w.exact);
  }
}

void print_head() {
  std::string head = "| function |", rule = "|---|";
  for (const char* type : {"float", "double"})
    for (const auto& table : test::kernel_tables<double>()) {
      head += std::string(" ") + type + ", " + table.isa + " |";
      rule += "---|";
    }
  std::printf("%s\n%s\n", head.c_str(), rule.c_str());
}

template <class F>
bool show(const F& f, const Options& options) {
  if (!options.only.empty() && options.only != f.name) return true;
  const Row in_float = measure<float>(f, options.samples);
  const Row in_double = measure<double>(f, options.samples);
  if (options.table) {
    std::printf("| %s |", f.name);
    for (const Row* row : {&in_float, &in_double})
      for (const Worst& worst : row->worst) std::printf(" %.3g |", worst.error);
    std::printf("\n");
  } else {
    constexpr bool binary = std::is_same_v<F, BinaryRow>;
    print_lines("float", f.name, binary, in_float);
    print_lines("double", f.name, binary, in_double);
  }
  const bool kept = in_float.kept && in_double.kept;
  if (options.check && !kept) std::printf("FAILED %s: the limit is %g ulp\n", f.name, f.limit);
  return kept;
}

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--table") options.table = true;
    if (argument == "--check") options.check = true;
    if (argument == "--only" && i + 1 < argc) options.only = argv[++i];
    if (argument == "--samples" && i + 1 < argc)
      options.samples = std::max(1ULL, std::strtoull(argv[++i], nullptr, 10));
  }
  return options;
}

int run(const Options& options) {
  if (options.table) print_head();
  bool kept = true;
  for (const UnaryRow& f : unary_rows()) kept = show(f, options) && kept;
  for (const BinaryRow& f : binary_rows()) kept = show(f, options) && kept;
  return options.check && !kept ? 1 : 0;
}

}  // namespace
}  // namespace accuracy

int main(int argc, char** argv) { return accuracy::run(accuracy::parse(argc, argv)); }
