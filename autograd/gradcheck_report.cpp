#include "xgrad/autograd/gradcheck_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace xg {

const char* to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::agrees:
      return "agrees";
    case Verdict::subgradient:
      return "not differentiable here; a subgradient";
    case Verdict::wrong:
      return "WRONG";
    case Verdict::unreliable:
      return "no reliable numeric derivative";
  }
  return "";
}

double GradcheckEntry::relative_error() const {
  const double size = std::max(std::abs(analytic), std::abs(numeric));
  return size == 0 ? 0 : std::abs(analytic - numeric) / size;
}

namespace detail {
namespace {

int severity(Verdict verdict) {
  switch (verdict) {
    case Verdict::wrong:
      return 3;
    case Verdict::unreliable:
      return 2;
    case Verdict::subgradient:
      return 1;
    case Verdict::agrees:
      return 0;
  }
  return 0;
}

std::string row(const GradcheckEntry& e) {
  std::string text =
      fmt::format("{:>5} {:>6} {:>15.8g} {:>15.8g} {:>9.1e} {:>9.1e}  {}", e.input, e.index,
                  e.analytic, e.numeric, e.relative_error(), e.numeric_error, to_string(e.verdict));
  if (e.left != e.right) text += fmt::format(" (slopes {:.6g} and {:.6g})", e.left, e.right);
  return text + "\n";
}

std::string table_of(const GradcheckReport& report, const GradcheckOptions& options) {
  std::string text =
      fmt::format("{:>5} {:>6} {:>15} {:>15} {:>9} {:>9}  verdict\n", options.fast ? "-" : "input",
                  options.fast ? "dir" : "index", "analytic", "numeric", "rel.err", "num.err");
  for (std::size_t i = 0; i < std::min(options.rows, report.entries.size()); ++i)
    text += row(report.entries[i]);
  return text;
}

}  // namespace

void judge(GradcheckReport& report, const GradcheckOptions& options) {
  std::stable_sort(report.entries.begin(), report.entries.end(),
                   [](const GradcheckEntry& a, const GradcheckEntry& b) {
                     if (a.verdict != b.verdict) return severity(a.verdict) > severity(b.verdict);
                     return a.relative_error() > b.relative_error();
                   });
  std::size_t wrong = 0, unreliable = 0;
  for (const GradcheckEntry& e : report.entries) {
    wrong += e.verdict == Verdict::wrong;
    unreliable += e.verdict == Verdict::unreliable;
    report.kinks += e.left != e.right;
  }
  report.passed = wrong == 0 && unreliable == 0;
  if (!report.passed)
    report.reason = fmt::format(
        "{} of {} derivatives wrong, {} without a reliable numeric derivative (seed {})", wrong,
        report.entries.size(), unreliable, options.seed);
  report.table = table_of(report, options);
}

void add_smallest_failure(GradcheckReport& report, const GradcheckReport& shrunken,
                          const GradcheckOptions& options) {
  std::string shapes;
  for (const Shape& shape : report.smallest_failure)
    shapes += (shapes.empty() ? "" : ", ") + xg::to_string(shape);
  report.table += fmt::format("smallest inputs that still fail: {} (seed {})\n{}", shapes,
                              options.seed, shrunken.table);
}

}  // namespace detail
}  // namespace xg
