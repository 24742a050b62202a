// The checker on purpose on what is wrong, on kinks and on functions that are no functions. The
// table of docs/gradcheck.md is what this test makes.

#include <xgrad/xgrad.hpp>

#include <algorithm>
#include <fstream>
#include <memory>
#include <sstream>
#include <tuple>

#include "support/catch.hpp"

using xg::Array, xg::Context, xg::GradcheckReport, xg::Shape, xg::Variable, xg::Variables;

namespace {

using V = Variable<double>;
using List = Variables<double>;

/// An operation of a and b (perhaps undefined) made of two formulas.
struct Rule {
  std::function<V(const V& a, const V& b)> forward;
  std::function<List(const V& gy, const V& a, const V& b, const V& y)> backward;
};

struct Custom : xg::Function<Custom> {
  static constexpr auto name = "custom";
  template <class T>
  static Array<T> forward(Context<T>& ctx, const Array<T>& a, const Array<T>& b,
                          const std::shared_ptr<Rule>& rule) {
    ctx.save(a);
    if (b.dimension() != 1 || b.size() > 0) ctx.save(b);
    ctx.save_output();
    const xg::NoGrad guard;
    return rule->forward(V(a), V(b)).value();
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy,
                               const std::shared_ptr<Rule>& rule) {
    const V b = ctx.needs(1) ? ctx.saved(1) : V();
    List g = rule->backward(gy, ctx.saved(0), b, ctx.saved_output());
    g.resize(2);
    return g;
  }
};

xg::CheckedFunction custom(Rule rule) {
  const auto shared = std::make_shared<Rule>(std::move(rule));
  return [shared](const List& in) -> List {
    return {Custom::apply(in[0], in.size() > 1 ? in[1] : V(), shared)};
  };
}

struct Case {
  std::string what;     // function and what is wrong with it
  std::string verdict;  // expected, as `verdict_of` words it
  xg::CheckedFunction f;
  List at;
  bool second_order = false;
};

V point() { return Array<double>{-1.3, 0.4, 0.9, 2.2}; }
V positive() { return Array<double>{0.3, 0.8, 1.7, 2.2}; }
V square_matrix() { return Array<double>{{0.3, -0.8}, {1.7, 0.6}}; }
V other_matrix() { return Array<double>{{-0.2, 1.1}, {0.4, 0.9}}; }

std::vector<Case> wrong_gradients() {
  std::vector<Case> cases;
  const auto add = [&](std::string what, Rule rule, List at, bool second_order = false) {
    cases.push_back({std::move(what), "", custom(std::move(rule)), std::move(at), second_order});
  };
  add("sin(x), wrong sign: -cos(x)",
      {[](const V& a, const V&) { return sin(a); },
       [](const V& gy, const V& a, const V&, const V&) -> List { return {-gy * cos(a)}; }},
      {point()});
  add("x^2, wrong factor: x",
      {[](const V& a, const V&) { return a * a; },
       [](const V& gy, const V& a, const V&, const V&) -> List { return {gy * a}; }},
      {point()});
  add("x exp(x), missing term: exp(x)",
      {[](const V& a, const V&) { return a * exp(a); },
       [](const V& gy, const V& a, const V&, const V&) -> List { return {gy * exp(a)}; }},
      {point()});
  add("matmul(a, b), not transposed: gy b for gy b^T",
      {[](const V& a, const V& b) { return matmul(a, b); },
       [](const V& gy, const V& a, const V& b, const V&) -> List {
         return {matmul(gy, b), matmul(transpose(a), gy)};
       }},
      {square_matrix(), other_matrix()});
  add("a + row, dropped sum over the broadcast axis",
      {[](const V& a, const V& b) { return a + b; },
       [](const V& gy, const V&, const V&, const V&) -> List {
         return {gy, gy};
       }},
      {square_matrix(), V(Array<double>{0.5, -0.7})});
  add("gelu (tanh), wrong constant: 0.0447 for 0.044715",
      {[](const V& a, const V&) { return gelu(a, "tanh"); },
       [](const V& gy, const V& a, const V&, const V&) -> List {
         const double s = 0.7978845608028654;
         const V t = tanh(s * (a + 0.044715 * a * a * a));
         return {gy * (0.5 * (1 + t) + 0.5 * a * (1 - t * t) * s * (1 + 3 * 0.0447 * a * a))};
       }},
      {point()});
  add("log(x), saved the output instead of the input: 1 / y",
      {[](const V& a, const V&) { return log(a); },
       [](const V& gy, const V&, const V&, const V& y) -> List { return {gy / y}; }},
      {positive()});
  add("softmax along axis 1, backward along axis 0",
      {[](const V& a, const V&) { return softmax(a, 1); },
       [](const V& gy, const V&, const V&, const V& y) -> List {
         return {y * (gy - sum(gy * y, 0, {.keepdims = true}))};
       }},
      {square_matrix()});
  add("a / b, gradients of the arguments swapped",
      {[](const V& a, const V& b) { return a / b; },
       [](const V& gy, const V& a, const V& b, const V&) -> List {
         return {-gy * a / (b * b), gy / b};
       }},
      {positive(), positive()});
  add("x^3, right, but x detached in backward (second order)",
      {[](const V& a, const V&) { return a * a * a; },
       [](const V& gy, const V& a, const V&, const V&) -> List {
         return {gy * 3 * a * a.detach()};
       }},
      {point()}, true);
  for (Case& c : cases) c.verdict = "wrong";
  cases[4].verdict = "wrong shape";
  return cases;
}

std::vector<Case> kinks() {
  const auto one = [](std::string what, auto f, V at) {
    return Case{std::move(what),
                "right at a kink",
                [f](const List& in) -> List { return {f(in[0])}; },
                {std::move(at)}};
  };
  return {
      one(
          "relu at 0", [](const V& x) { return relu(x); }, Array<double>{-1., 0., 2.}),
      one(
          "abs at 0", [](const V& x) { return abs(x); }, Array<double>{-1., 0., 2.}),
      one(
          "amax of a tie", [](const V& x) { return amax(x, 0); }, Array<double>{1.5, 0.2, 1.5}),
      {"maximum(a, b) where a = b",
       "right at a kink",
       [](const List& in) -> List { return {maximum(in[0], in[1])}; },
       {V(Array<double>{1., 2.}), V(Array<double>{1., 3.})}},
      one(
          "norm at 0", [](const V& x) { return norm(x); }, Array<double>{0., 0., 0.}),
      {"abs at 0 with the slope 1.5 there, which no side has",
       "wrong",
       custom({[](const V& a, const V&) { return abs(a); },
               [](const V& gy, const V& a, const V&, const V&) -> List {
                 Array<double> slope(a.shape());
                 for (std::size_t i = 0; i < slope.size(); ++i) {
                   const double x = a.value().data()[i];
                   slope.data()[i] = x == 0 ? 1.5 : x > 0 ? 1 : -1;
                 }
                 return {gy * V(slope)};
               }}),
       {V(Array<double>{-1., 0., 2.})}},
  };
}

std::vector<Case> no_functions() {
  const auto calls = std::make_shared<int>(0);
  return {
      {"x times 1 + 1e-9 the number of calls",
       "not deterministic",
       [calls](const List& in) -> List { return {in[0] * (1 + 1e-9 * ++*calls)}; },
       {point()}},
      {"dropout, drawing anew at each call",
       "not deterministic",
       [](const List& in) -> List { return {dropout(in[0], 0.5)}; },
       {point()}},
      {"adds 1 to its input in place",
       "changes its input",
       [](const List& in) -> List {
         V(in[0]).mutable_value()(0) += 1;
         return {in[0] * 2};
       },
       {point()}},
  };
}

std::vector<Case> badly_scaled() {
  std::vector<Case> cases;
  for (const double scale : {1e-12, 1e-6, 1e6, 1e12}) {
    std::ostringstream text;
    text << "exp(x) x " << scale;
    cases.push_back({text.str(),
                     "right",
                     [scale](const List& in) -> List { return {exp(in[0]) * in[0] * scale}; },
                     {point()}});
  }
  cases.push_back({"sum of x^2 with x from 1e-6 to 1e6",
                   "right",
                   [](const List& in) -> List { return {in[0] * in[0]}; },
                   {V(Array<double>{1e-6, 1e-3, 1., 1e3, 1e6})}});
  cases.push_back({"x^3 1e-12, the derivative off by a thousandth",
                   "wrong",
                   custom({[](const V& a, const V&) { return a * a * a * 1e-12; },
                           [](const V& gy, const V& a, const V&, const V&) -> List {
                             return {gy * a * a * 3.003e-12};
                           }}),
                   {point()}});
  return cases;
}

GradcheckReport check(const Case& c) {
  return c.second_order ? xg::gradgradcheck(c.f, c.at) : xg::gradcheck(c.f, c.at);
}

std::string verdict_of(const GradcheckReport& report) {
  const auto says = [&](const char* part) { return report.reason.find(part) != std::string::npos; };
  if (says("not deterministic")) return "not deterministic";
  if (says("changed its input")) return "changes its input";
  if (says("must have shape")) return "wrong shape";
  if (!report.passed) return "wrong";
  return report.kinks > 0 ? "right at a kink" : "right";
}

/// What the report says, in a few words: the reason, or the first of the worst entries. (Which of
/// them is the very worst is a matter of rounding.)
std::string evidence(const GradcheckReport& report) {
  if (report.entries.empty()) return report.reason;
  const xg::Verdict worst = report.entries.front().verdict;
  if (worst == xg::Verdict::agrees)
    return "all " + std::to_string(report.entries.size()) + " derivatives agree";
  const auto key = [&](const xg::GradcheckEntry& e) {
    return std::tuple(e.verdict != worst, e.input, e.index);
  };
  const auto& e = *std::min_element(
      report.entries.begin(), report.entries.end(),
      [&](const xg::GradcheckEntry& a, const xg::GradcheckEntry& b) { return key(a) < key(b); });
  std::ostringstream text;
  text.precision(6);
  text << "analytic " << e.analytic + 0.0;
  if (e.left != e.right)
    text << ", slopes " << e.left + 0.0 << " and " << e.right + 0.0;
  else
    text << ", numeric " << e.numeric;
  return text.str();
}

std::string table_of(const char* title, const std::vector<Case>& cases) {
  std::string text = std::string("| ") + title + " | verdict | evidence |\n|---|---|---|\n";
  for (const Case& c : cases) {
    const GradcheckReport report = check(c);
    text += "| " + c.what + " | " + verdict_of(report) + " | " + evidence(report) + " |\n";
  }
  return text;
}

void require_verdicts(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    const GradcheckReport report = check(c);
    CAPTURE(c.what, report.reason);
    INFO(report.table);
    CHECK(verdict_of(report) == c.verdict);
  }
}

}  // namespace

TEST_CASE("gradcheck: refuses wrong gradients of ten kinds", "[gradcheck]") {
  REQUIRE(wrong_gradients().size() == 10);
  require_verdicts(wrong_gradients());
  // The last is right to first order: the second-order check alone can see it.
  REQUIRE(xg::gradcheck(wrong_gradients().back().f, wrong_gradients().back().at));
}

TEST_CASE("gradcheck: knows a kink from a mistake", "[gradcheck]") { require_verdicts(kinks()); }

TEST_CASE("gradcheck: names functions that are none", "[gradcheck]") {
  require_verdicts(no_functions());
}

TEST_CASE("gradcheck: judges badly scaled functions", "[gradcheck]") {
  require_verdicts(badly_scaled());
}

TEST_CASE("gradcheck: the page shows these verdicts", "[gradcheck]") {
  std::ifstream file(XGRAD_DOCS "/gradcheck.md");
  const std::string page((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  for (const auto& [title, cases] :
       {std::pair("a gradient that is wrong", wrong_gradients()), std::pair("a kink", kinks()),
        std::pair("no function", no_functions()), std::pair("a scale", badly_scaled())}) {
    const std::string table = table_of(title, cases);
    INFO("docs/gradcheck.md must hold\n" << table);
    CHECK(page.find(table) != std::string::npos);
  }
}
