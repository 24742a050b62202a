// Reads golden cases (outputs, gradients and second-order gradients made elsewhere) and says which
// of them this library does not reproduce. The folder is the one next to this file, or
// XGRAD_GOLDEN_DIR. Returns 1 if a case fails or the folder is damaged.

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "check.hpp"

namespace golden {

namespace {

struct Summary {
  std::string family;
  std::size_t agree = 0, fail = 0;
};

/// What is to be said of a case that agrees: it was not compared with the operation alone. One is
/// known (ops_activation.cpp).
void print_note(const json& item) {
  const json alpha = item.value("/attrs/alpha"_json_pointer, json(1));
  if (item.value("op", "") == "celu" && alpha != static_cast<float>(alpha.get<double>()))
    fmt::print("NOTE {}: the recorded gradient is that of alpha rounded to float\n",
               item.value("id", "(no id)"));
}

Summary run_family(const std::string& folder, const json& entry) {
  Summary summary{entry.at("family")};
  const json manifest = read_json(folder + "/" + entry.at("manifest").get<std::string>());
  const json& cases = manifest.at("cases");
  if (manifest.at("format") != 1) throw std::runtime_error("its format must be 1");
  if (entry.contains("cases") && entry.at("cases") != cases.size())
    throw std::runtime_error(fmt::format("index.json promises {} cases, the manifest has {}",
                                         entry.at("cases").dump(), cases.size()));
  const TensorFile file(folder + "/" + manifest.at("tensors").get<std::string>());
  const Tolerance tolerance{manifest.at("rtol"), manifest.at("atol")};
  for (const json& item : cases) {
    const std::string problem = check(item, file, tolerance);
    problem.empty() ? ++summary.agree : ++summary.fail;
    if (problem.empty())
      print_note(item);
    else
      fmt::print("FAIL {} {}: {}\n", item.value("id", "(no id)"), item.value("op", "(no op)"),
                 problem);
  }
  return summary;
}

Summary run_safely(const std::string& folder, const json& entry) {
  try {
    return run_family(folder, entry);
  } catch (const std::exception& error) {
    const std::string family = entry.is_object() ? entry.value("family", "?") : "?";
    fmt::print("FAIL {}: {}\n", family, error.what());
    return {family, 0, 1};
  }
}

int run(const std::string& folder) {
  const json index = read_json(folder + "/index.json");
  if (!index.is_object() || index.value("format", 0) != 1 || !index.contains("families") ||
      !index.at("families").is_array())
    throw std::runtime_error(folder + "/index.json must have format 1 and list families");
  Summary total{"all"};
  std::vector<Summary> rows;
  for (const json& entry : index.at("families")) {
    rows.push_back(run_safely(folder, entry));
    total.agree += rows.back().agree;
    total.fail += rows.back().fail;
  }
  rows.push_back(total);
  fmt::print("{:<12} {:>6} {:>6}\n", "family", "agree", "fail");
  for (const Summary& row : rows)
    fmt::print("{:<12} {:>6} {:>6}\n", row.family, row.agree, row.fail);
  return total.fail > 0 ? 1 : 0;
}

}  // namespace

const Operations& operations() {
  static const Operations all = [] {
    Operations result;
    for (const auto make :
         {unary_operations, activation_operations, binary_operations, reduce_operations,
          product_operations, shape_operations, loss_operations, conv_operations, pool_operations,
          norm_operations, recurrent_operations, attention_operations, linalg_operations})
      for (auto& [name, operation] : make())
        if (!result.emplace(name, operation).second)
          throw std::logic_error("operation " + name + " is given twice");
    return result;
  }();
  return all;
}

}  // namespace golden

int main() {
  const char* folder = std::getenv("XGRAD_GOLDEN_DIR");
  try {
    return golden::run(folder && *folder ? folder : XGRAD_GOLDEN);
  } catch (const std::exception& error) {
    fmt::print(stderr, "golden_test: {}\n", error.what());
    return 1;
  }
}
