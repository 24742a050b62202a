#include "ops/table.hpp"

#include <xgrad/core/error.hpp>

#include <iterator>

namespace xg::test {

namespace {

Input reshaped(Input input, Shape shape) {
  input.shape = std::move(shape);
  return input;
}

}  // namespace

void extend(std::vector<Sample>& samples, std::vector<Sample> more) {
  std::move(more.begin(), more.end(), std::back_inserter(samples));
}

std::vector<Sample> shapes_of_one(const Call& call, const Input& like, const std::string& label) {
  std::vector<Sample> samples;
  for (const Shape& shape : {Shape{}, Shape{1}, Shape{7}, Shape{3, 4}, Shape{0, 4}})
    samples.push_back({to_string(shape) + label, call, {reshaped(like, shape)}});
  return samples;
}

std::vector<Sample> shapes_of_two(const Call& call, const Input& a, const Input& b,
                                  const std::string& label, bool separated) {
  const std::pair<Shape, Shape> pairs[] = {
      {{}, {}},         {{5}, {5}},          {{2, 3}, {2, 3}}, {{2, 3}, {}},
      {{}, {2, 3}},     {{2, 3}, {3}},       {{3}, {2, 3}},    {{2, 1}, {2, 3}},
      {{2, 1}, {1, 3}}, {{2, 3, 2}, {3, 1}}, {{1}, {4}},       {{0, 3}, {3}},
  };
  std::vector<Sample> samples;
  for (const auto& [left, right] : pairs)
    samples.push_back({to_string(left) + " " + to_string(right) + label,
                       call,
                       {reshaped(a, left), reshaped(b, right)},
                       separated});
  return samples;
}

const Entries& table() {
  static const Entries all = [] {
    Entries entries;
    // One a line, so that changes meet less often.
    // clang-format off
    for (auto family : {
             arithmetic_entries,
             elementary_entries,
             activation_entries,
             reduce_entries,
             scan_entries,
             shape_entries,
             gather_entries,
             arrange_entries,
             image_entries,
             product_entries,
             einsum_entries,
             solve_entries,
             factorization_entries,
             matrix_function_entries,
             tensor_product_entries,
             special_entries,
             random_entries,
             loss_entries,
             conv_entries,
             pool_entries,
             pool_region_entries,
             norm_entries,
             recurrent_cell_entries,
             recurrent_entries,
             attention_entries,
             classification_entries,
             regression_entries,
             margin_entries,
         })
      // clang-format on
      for (Entry& entry : family()) entries.push_back(std::move(entry));
    return entries;
  }();
  return all;
}

}  // namespace xg::test
