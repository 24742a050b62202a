#include "ops/export.hpp"

#include <cmath>
#include <nlohmann/json.hpp>
#include <ostream>

#include "ops/example.hpp"
#include "ops/table.hpp"

namespace xg::test {
namespace {

using nlohmann::json;

/// NaN becomes null by itself; so would infinities.
json number(double value) {
  if (std::isinf(value)) return value > 0 ? "infinity" : "-infinity";
  return value;
}

json literals(const std::vector<Literal>& list) {
  json out = json::array();
  for (const Literal& literal : list) {
    json values = json::array();
    for (const double value : literal.values) values.push_back(number(value));
    out.push_back({{"shape", std::vector<std::size_t>(literal.shape.begin(), literal.shape.end())},
                   {"values", std::move(values)}});
  }
  return out;
}

const char* text_of(Smoothness smoothness) {
  if (smoothness == Smoothness::smooth) return "smooth";
  return smoothness == Smoothness::kinks ? "kinks" : "piecewise constant";
}

/// A reference case, and where its call is written.
json example(const Reference& reference) {
  return {{"label", reference.label},
          {"inputs", literals(reference.inputs)},
          {"outputs", literals(reference.outputs)},
          {"file", reference.call.file},
          {"line", reference.call.line}};
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
  out["examples"] = json::array();
  for (const Reference& reference : entry.references) out["examples"].push_back(example(reference));
  return out;
}

}  // namespace

void export_table(std::ostream& out) {
  json entries = json::array(), shown = json::array();
  for (const Entry& entry : table()) entries.push_back(described(entry));
  for (const Example& example : examples())
    shown.push_back({{"name", example.name},
                     {"file", example.file},
                     {"line", example.line},
                     {"boolean", example.run().boolean},
                     {"text", example.expected.text},
                     {"outputs", literals(example.expected.literals)}});
  out << json{{"entries", entries}, {"examples", shown}}.dump(1) << '\n';
}

}  // namespace xg::test
