#include <xgrad/viz/graph.hpp>
#include <xgrad/xgrad.hpp>

#include "support/catch.hpp"

using namespace xg;
using test::contains;

TEST_CASE("graph_dot: one box an operation, one ellipse a leaf, arrows forward", "[viz][graph]") {
  const Variable<double> w(full_array<double>({2, 3}, 1.), true), x(full_array<double>({3}, 1.));
  const Variable<double> y = sum(w * x + w);
  REQUIRE(viz::graph_dot(y, {{w, "w \"first\""}}) ==
          "digraph xgrad {\n"
          "  node [fontname=\"sans-serif\"];\n"
          "  n0 [shape=box, label=\"sum\\n[]\"];\n"
          "  n1 [shape=box, label=\"add\\n[2, 3]\"];\n"
          "  n2 [shape=box, label=\"mul\\n[2, 3]\"];\n"
          "  n3 [shape=ellipse, label=\"w \\\"first\\\"\\n[2, 3]\"];\n"
          "  n1 -> n0;\n"
          "  n2 -> n1;\n"
          "  n3 -> n1;\n"
          "  n3 -> n2;\n"
          "}\n");
}

TEST_CASE("graph_dot: names the module of an operation", "[viz][graph]") {
  nn::Sequential<float> net(nn::Linear<float>(3, 2));
  const std::string dot = viz::graph_dot(net(Variable<float>(full_array<float>({1, 3}, 1.F))));
  REQUIRE_THAT(dot, contains("in 0\""));
}

TEST_CASE("graph_dot: a graph of 100,000 operations needs no deep stack", "[viz][graph]") {
  Variable<float> y(full_array<float>({}, 1.F), true);
  for (int i = 0; i < 100000; ++i) y = y + y;
  REQUIRE_THAT(viz::graph_dot(y), contains("n99999 -> n99998;"));
}

TEST_CASE("graph_dot: refuses a Variable without history", "[viz][graph][errors]") {
  REQUIRE_THROWS_WITH(
      viz::graph_dot(Variable<float>(full_array<float>({2}, 1.F))),
      "graph_dot: output must be the result of recorded operations, it has no history");
}
