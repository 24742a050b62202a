#pragma once

// The table of all differentiable operations. A family of operations fills its part in
// tests/ops/table_<family>.cpp; the runner (runner.cpp) proves every entry, damages it and wants to
// see the damage noticed. An operation declared in ops/*.hpp without an entry fails the suite.

#include <xgrad/autograd/variable.hpp>

#include <functional>
#include <string>
#include <type_traits>
#include <vector>

namespace xg::test {

/// A call of an operation on a list of inputs, in both element types.
struct Call {
  std::function<Variables<float>(const Variables<float>&)> in_float;
  std::function<Variables<double>(const Variables<double>&)> in_double;
  const char* file = "";  ///< where it is written: the reference pages quote it
  int line = 0;
};

/// call([](const auto& x) { return elu(x[0], 0.5); }); the result is a Variable or Variables.
template <class F>
Call call(F f, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  const auto listed = []<class T>(F g, std::type_identity<T>) {
    return [g](const Variables<T>& x) -> Variables<T> {
      if constexpr (std::is_same_v<decltype(g(x)), Variables<T>>)
        return g(x);
      else
        return {g(x)};
    };
  };
  return {listed(f, std::type_identity<float>()), listed(f, std::type_identity<double>()), file,
          line};
}

/// How one input is drawn: uniform in [low, high], at least `margin` away from every point of
/// `avoid` (a kink, a pole).
struct Input {
  Shape shape;
  double low = -2, high = 2;
  std::vector<double> avoid = {};
  double margin = 0.05;
};

/// One call to be checked against numeric derivatives and in all other ways.
struct Sample {
  std::string label;  // shapes and attributes: printed with a failure
  Call call;
  std::vector<Input> inputs;
  /// All elements of all inputs keep apart from each other (0.1 on average), for operations that
  /// have a kink where two elements are equal.
  bool separated = false;
  bool first_order_only = false;  ///< no second derivative; say why in a comment
  double float_tolerance = 1e-4;  ///< relative, float against double
};

/// An array written down: values in row-major order.
struct Literal {
  Shape shape;
  std::vector<double> values;
};

/// Values from outside this library (say which in a comment above).
struct Reference {
  std::string label;
  Call call;
  std::vector<Literal> inputs;
  std::vector<Literal> outputs;
  double tolerance = 1e-13;  ///< |actual - expected| <= tolerance * max(1, |expected|)
};

/// A call that must throw with exactly this text.
struct Refusal {
  std::function<void()> call;
  std::string text;
};

enum class Smoothness {
  smooth,             ///< everywhere in the ranges given
  kinks,              ///< samples keep away from them (Input::avoid, Sample::separated)
  piecewise_constant  ///< the gradient is zero wherever it exists
};

struct Entry {
  std::string name;  ///< of the function, as declared in ops/*.hpp
  Smoothness smoothness = Smoothness::smooth;
  std::vector<Sample> samples = {};
  std::vector<Reference> references = {};
  std::vector<Refusal> refusals = {};
  /// Instead of samples: why this function needs none (it only forwards to another entry, say).
  std::string exempt = {};
};
using Entries = std::vector<Entry>;

/// Scalar, one element, vector, matrix and empty: for operations of one argument, any shape.
std::vector<Sample> shapes_of_one(const Call& call, const Input& like,
                                  const std::string& label = "");

/// Equal shapes, both kinds of scalar, rows, columns, both at once, and empty: for operations of
/// two arguments that broadcast.
std::vector<Sample> shapes_of_two(const Call& call, const Input& a, const Input& b,
                                  const std::string& label = "", bool separated = false);

/// Appends.
void extend(std::vector<Sample>& samples, std::vector<Sample> more);

// The families, each in its own file; table.cpp puts them together.
Entries arithmetic_entries();
Entries elementary_entries();
Entries activation_entries();
Entries special_entries();
Entries random_entries();
Entries reduce_entries();
Entries scan_entries();
Entries shape_entries();
Entries gather_entries();
Entries arrange_entries();
Entries image_entries();
Entries product_entries();
Entries tensor_product_entries();
Entries einsum_entries();
Entries solve_entries();
Entries factorization_entries();
Entries matrix_function_entries();
Entries loss_entries();
Entries classification_entries();
Entries regression_entries();
Entries margin_entries();
Entries conv_entries();
Entries pool_entries();
Entries pool_region_entries();
Entries norm_entries();
Entries recurrent_cell_entries();
Entries recurrent_entries();
Entries attention_entries();

const Entries& table();

}  // namespace xg::test
