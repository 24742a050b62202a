#include "ops/export.hpp"

#include <nlohmann/json.hpp>
#include <ostream>

#include "ops/table.hpp"

namespace xg::test {
namespace {

using nlohmann::json;

json literals(const std::vector<Literal>& list) {
  json out = json::array();
  for (const Literal& literal : list)
    out.push_back({{"shape", std::vector<std::size_t>(literal.shape.begin(), literal.shape.end())},
                   {"values", literal.values}});
  return out;
}

const char* text_of(Smoothness smoothness) {
  if (smoothness == Smoothness::smooth) return "smooth";
  return smoothness == Smoothness::kinks ? "kinks" : "piecewise constant";
}

std::size_t elements(const Reference& reference) {
  std::size_t count = 0;
  for (const auto* list : {&reference.inputs, &reference.outputs})
    for (const Literal& literal : *list) count += literal.values.size();
  return count;
}

/// The smallest reference case that is not trivial and about values: pages show it.
const Reference* example_of(const Entry& entry) {
  const Reference* best = nullptr;
  for (const Reference& reference : entry.references) {
    if (elements(reference) < 3 || reference.label.starts_with("rule: ")) continue;
    if (best == nullptr || elements(reference) < elements(*best)) best = &reference;
  }
  return best != nullptr || entry.references.empty() ? best : &entry.references.front();
}

json described(const Entry& entry) {
  json out = {{"name", entry.name},
              {"smoothness", text_of(entry.smoothness)},
              {"samples", entry.samples.size()},
              {"references", entry.references.size()},
              {"exempt", entry.exempt},
              {"errors", json::array()}};
  bool first_order_only = false;
  for (const Sample& sample : entry.samples) first_order_only |= sample.first_order_only;
  out["first_order_only"] = first_order_only;
  for (const Refusal& refusal : entry.refusals) out["errors"].push_back(refusal.text);
  if (const Reference* example = example_of(entry))
    out["example"] = {{"label", example->label},
                      {"inputs", literals(example->inputs)},
                      {"outputs", literals(example->outputs)}};
  return out;
}

}  // namespace

void export_table(std::ostream& out) {
  json list = json::array();
  for (const Entry& entry : table()) list.push_back(described(entry));
  out << list.dump(1) << '\n';
}

}  // namespace xg::test
