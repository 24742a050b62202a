#include "check.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <xgrad/ops/arithmetic.hpp>
#include <xgrad/ops/reduce.hpp>

namespace golden {

namespace {

/// The inputs of a case: leaves that take gradients, and what the operation sees of them.
struct Inputs {
  xg::Variables<double> leaves;  // those with a gradient, in order
  std::vector<const json*> items;
  std::vector<Input> seen;
};

/// A step of `via` on one input. Integers and booleans pass through doubles, which hold them all.
decltype(Input::value) through(const json& step, const Input& input) {
  const std::string op = step.at("op");
  const auto found = operations().find(op);
  if (found == operations().end()) throw std::runtime_error("via: op " + op + " not supported");
  const Case one(step.at("attrs"), {input});
  const Outputs result = found->second(Case(step.at("attrs"), {{input.name, one.x(0)}}));
  const Variable& y = std::get<Variable>(result.at(0));
  if (std::holds_alternative<Variable>(input.value)) return y;
  if (std::holds_alternative<Mask>(input.value)) return Mask(xt::not_equal(y.value(), 0.));
  return xg::IndexArray(xt::cast<std::int64_t>(y.value()));
}

bool present(const json& item, const char* key) {
  return item.contains(key) && !item.at(key).is_null();
}

Inputs load_inputs(const json& list, const TensorFile& file) {
  Inputs inputs;
  for (const json& item : list) {
    Input input{item.at("name"), {}};
    if (!present(item, "tensor")) {
      inputs.seen.push_back(std::move(input));
      continue;
    }
    Tensor stored = file.load(item.at("tensor"));
    if (auto* values = std::get_if<xg::Array<double>>(&stored)) {
      const Variable leaf(*values, present(item, "grad"));
      input.value = leaf;
      if (leaf.requires_grad()) {
        inputs.leaves.push_back(leaf);
        inputs.items.push_back(&item);
      }
    } else if (auto* integers = std::get_if<xg::IndexArray>(&stored)) {
      input.value = *integers;
    } else {
      input.value = std::get<Mask>(stored);
    }
    if (present(item, "via"))
      for (const json& step : item.at("via")) input.value = through(step, input);
    inputs.seen.push_back(std::move(input));
  }
  return inputs;
}

Tensor tensor(const Output& output) {
  if (const auto* variable = std::get_if<Variable>(&output)) return variable->value();
  if (const auto* integers = std::get_if<xg::IndexArray>(&output)) return *integers;
  return std::get<Mask>(output);
}

void add(std::string& report, const std::string& what, const std::string& problem) {
  if (problem.empty()) return;
  if (!report.empty()) report += "; ";
  report += what.empty() ? problem : what + " " + problem;
}

/// Gradients by all leaves; zeros where nothing depends on one.
xg::Variables<double> gradients(const xg::Variables<double>& outputs,
                                const xg::Variables<double>& upstream,
                                const xg::Variables<double>& leaves, bool create_graph) {
  xg::Variables<double> result(leaves.size());
  if (!outputs.empty())
    result = xg::grad<double>(
        outputs, leaves,
        {.grad_outputs = upstream, .create_graph = create_graph, .allow_unused = true});
  for (std::size_t i = 0; i < leaves.size(); ++i)
    if (!result[i].defined()) result[i] = xg::full_array<double>(leaves[i].shape(), 0);
  return result;
}

std::string compare_all(const char* what, const char* key, const xg::Variables<double>& actual,
                        const Inputs& inputs, const TensorFile& file, const Tolerance& tolerance) {
  std::string report;
  for (std::size_t i = 0; i < actual.size(); ++i) {
    const json& item = *inputs.items[i];
    if (!present(item, key)) continue;
    add(report, what + item.at("name").get<std::string>(),
        difference(actual[i].value(), file.load(item.at(key)), tolerance));
  }
  return report;
}

/// d/dx of the sum of all squared gradients.
xg::Variables<double> second(const xg::Variables<double>& first,
                             const xg::Variables<double>& leaves) {
  xg::Variables<double> squares;
  for (const Variable& g : first)
    if (g.requires_grad()) squares.push_back(sum(g * g));
  return gradients(squares, {}, leaves, false);
}

std::string check_gradients(const json& item, const Outputs& outputs, const Inputs& inputs,
                            const TensorFile& file, const Tolerance& tolerance) {
  xg::Variables<double> live, upstream;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const json& output = item.at("outputs")[i];
    const auto* y = std::get_if<Variable>(&outputs[i]);
    if (!present(output, "upstream") || !y || !y->requires_grad()) continue;
    live.push_back(*y);
    upstream.push_back(std::get<xg::Array<double>>(file.load(output.at("upstream"))));
  }
  bool again = false;
  for (const json* input : inputs.items) again |= present(*input, "second");
  const auto first = gradients(live, upstream, inputs.leaves, again);
  std::string report = compare_all("gradient of ", "grad", first, inputs, file, tolerance);
  if (again && report.empty())  // a wrong gradient's gradient says nothing more
    report = compare_all("second-order gradient of ", "second", second(first, inputs.leaves),
                         inputs, file, tolerance);
  return report;
}

std::string run(const json& item, const TensorFile& file, const Tolerance& tolerance) {
  const auto found = operations().find(item.at("op"));
  if (found == operations().end()) return "op not supported";
  const Inputs inputs = load_inputs(item.at("inputs"), file);
  const Outputs outputs =
      found->second(Case(item.contains("attrs") ? item.at("attrs") : json::object(), inputs.seen));
  const json& expected = item.at("outputs");
  if (outputs.size() != expected.size())
    return fmt::format("gives {} outputs instead of {}", outputs.size(), expected.size());
  std::string report;
  for (std::size_t i = 0; i < outputs.size(); ++i)
    add(report, fmt::format("output {}", i),
        difference(tensor(outputs[i]), file.load(expected[i].at("tensor")), tolerance));
  if (!inputs.leaves.empty())
    add(report, "", check_gradients(item, outputs, inputs, file, tolerance));
  return report;
}

}  // namespace

std::string check(const json& item, const TensorFile& file, const Tolerance& tolerance) {
  try {
    return run(item, file,
               {item.value("rtol", tolerance.rtol), item.value("atol", tolerance.atol)});
  } catch (const json::exception& error) {
    return std::string("the manifest is damaged: ") + error.what();
  } catch (const std::exception& error) {
    return std::string("failed: ") + error.what();
  }
}

}  // namespace golden
