#pragma once

// Examples of the reference pages (docs/reference): what docs/make_reference.py shows is the body
// of an XG_EXAMPLE, word for word but for `return`. They stand in tests/ops/examples_<subject>.cpp,
// outside every namespace, so that what compiles there compiles in a user's program.

#include <xgrad/core/array.hpp>

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "ops/table.hpp"

/// XG_EXAMPLE(outer, {{2, 2}, {3, 4, 6, 8}}) { ...; return outer(a, b); }
///
/// An example of an operation, and its results, which come from outside this library: a Literal,
/// one for each of `return {values, indices};`, or a text. A page takes the examples of a name in
/// order, one for each section that declares it, and the rest for the last of these.
#define XG_EXAMPLE(name, ...)                                                            \
  static xg::test::Results XG_EXAMPLE_NAME(run_, __LINE__)();                            \
  [[maybe_unused]] static const bool XG_EXAMPLE_NAME(added_, __LINE__) =                 \
      xg::test::add_example({#name, __FILE__, __LINE__, XG_EXAMPLE_NAME(run_, __LINE__), \
                             xg::test::Expected{__VA_ARGS__}});                          \
  static xg::test::Results XG_EXAMPLE_NAME(run_, __LINE__)()
#define XG_EXAMPLE_NAME(a, b) XG_EXAMPLE_NAME_(a, b)
#define XG_EXAMPLE_NAME_(a, b) a##b

namespace xg::test {

/// What an example returns: Variables and arrays as literals. Implicit, for plain returns.
struct Results {
  std::vector<Literal> literals;
  std::string text = {};
  bool boolean = false;  ///< 0 and 1 stand for false and true

  Results(const Variable<double>& x) { add(x.value()); }
  Results(const Variables<double>& list) {
    for (const Variable<double>& x : list) add(x.value());
  }
  Results(const IndexArray& x) { add(x); }
  Results(const Array<bool>& x) : boolean(true) { add(x); }
  Results(bool x) : literals{{{}, {x ? 1. : 0.}}}, boolean(true) {}
  Results(const Array<double>& x) { add(x); }
  Results(std::string x) : text(std::move(x)) {}
  Results(const Shape& x) : literals{{{x.size()}, {x.begin(), x.end()}}} {}
  Results(std::initializer_list<Results> parts) {
    for (const Results& part : parts)
      literals.insert(literals.end(), part.literals.begin(), part.literals.end());
  }

 private:
  template <class E>
  void add(const Array<E>& x) {
    literals.push_back({x.shape(), {x.begin(), x.end()}});
  }
};

struct Expected {
  std::vector<Literal> literals;
  std::string text;

  Expected(std::initializer_list<Literal> list) : literals(list) {}
  Expected(const char* x) : text(x) {}
};

struct Example {
  const char* name;
  const char* file;
  int line;
  Results (*run)();
  Expected expected;
};

bool add_example(Example example);

/// All of them, by file and line.
std::vector<Example> examples();

/// Runs it. The empty string, or what is wrong.
std::string check_example(const Example& example);

}  // namespace xg::test
