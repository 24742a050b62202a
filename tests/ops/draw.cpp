#include "ops/draw.hpp"

#include <algorithm>
#include <cmath>

namespace xg::test {

std::uint64_t Draw::next() {
  std::uint64_t z = state_ += 0x9E3779B97F4A7C15ULL;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

double Draw::uniform(double low, double high) {
  return low + (high - low) * static_cast<double>(next() >> 11) * 0x1p-53;
}

namespace {

double draw_element(const Input& input, Draw& draw) {
  for (int attempt = 0; attempt < 1000; ++attempt) {
    const double x = draw.uniform(input.low, input.high);
    const bool near = std::any_of(input.avoid.begin(), input.avoid.end(),
                                  [&](double point) { return std::abs(x - point) < input.margin; });
    if (!near) return x;
  }
  throw ValueError("a sample leaves no room between the points that it avoids");
}

/// A shuffled grid over the range of the first input: neighbours lie 0.8 to 1.2 steps apart.
void separate(std::vector<Array<double>>& inputs, const Input& like, Draw& draw) {
  std::size_t count = 0;
  for (const Array<double>& x : inputs) count += x.size();
  const double step = (like.high - like.low) / static_cast<double>(std::max<std::size_t>(count, 1));
  std::vector<double> grid(count);
  for (std::size_t i = 0; i < count; ++i)
    grid[i] = like.low + step * (static_cast<double>(i) + draw.uniform(0.4, 0.6));
  for (std::size_t i = count; i > 1; --i)
    std::swap(grid[i - 1], grid[static_cast<std::size_t>(draw.uniform(0, static_cast<double>(i)))]);
  std::size_t next = 0;
  for (Array<double>& x : inputs)
    for (double& element : x.storage()) element = grid[next++];
}

}  // namespace

std::vector<Array<double>> draw_inputs(const Sample& sample, std::uint64_t seed) {
  Draw draw(seed);
  std::vector<Array<double>> inputs;
  for (const Input& input : sample.inputs) {
    inputs.emplace_back(input.shape);
    for (double& element : inputs.back().storage()) element = draw_element(input, draw);
  }
  if (sample.separated) separate(inputs, sample.inputs.front(), draw);
  return inputs;
}

Array<double> draw_weights(const Shape& shape, Draw& draw) {
  Array<double> weights(shape);
  for (double& w : weights.storage()) {
    w = draw.uniform(-0.9, 0.9);
    w += w < 0 ? -0.1 : 0.1;
  }
  return weights;
}

}  // namespace xg::test
