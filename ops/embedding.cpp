#include "xgrad/ops/embedding.hpp"

#include <algorithm>
#include <limits>
#include <memory>
#include <string>

#include "xgrad/autograd/function.hpp"
#include "xgrad/core/kernels/remap.hpp"
#include "xgrad/ops/arithmetic.hpp"
#include "xgrad/ops/extremum.hpp"
#include "xgrad/ops/mask.hpp"
#include "xgrad/ops/reduce.hpp"
#include "xgrad/ops/remap.hpp"
#include "xgrad/ops/shape.hpp"

namespace xg {

namespace {

using Rows = std::vector<std::int64_t>;  // of weight; negative: none

void check_index(const char* op, const IndexArray& index, std::size_t rows) {
  for (const std::int64_t i : index.storage())
    if (i < 0 || i >= static_cast<std::int64_t>(rows))
      require<ValueError>(false, op, "index", "be in [0, " + std::to_string(rows) + ")", i);
}

/// The padding row counted from the start, -1 for none.
std::int64_t padding_row(const char* op, const std::optional<std::ptrdiff_t>& padding_idx,
                         std::size_t rows) {
  if (!padding_idx) return -1;
  return static_cast<std::int64_t>(normalize_axis(op, "padding_idx", *padding_idx, rows));
}

/// The rows named but the padding row.
Rows counted(Rows rows, std::int64_t padding) {
  if (padding >= 0) std::replace(rows.begin(), rows.end(), padding, std::int64_t{-1});
  return rows;
}

constexpr std::size_t row_axis = 0;

/// Reads all rows named; in backward the padding row is left out.
struct Embedding : Function<Embedding> {
  static constexpr auto name = "embedding";
  template <class T>
  static Array<T> forward(Context<T>&, const Array<T>& weight,
                          const std::shared_ptr<const Rows>& rows, std::int64_t) {
    const std::size_t width = weight.shape()[1];
    Array<T> y(Shape{rows->size(), width});
    const kernels::AxisSource axes[] = {{weight.shape()[0], rows->size(), rows->data()},
                                        {width, width, nullptr}};
    if (y.size() > 0) kernels::remap(weight.data(), axes, 2, T(0), y.data());
    return y;
  }
  template <class T>
  static Variables<T> backward(Context<T>& ctx, const Variable<T>& gy,
                               const std::shared_ptr<const Rows>& rows, std::int64_t padding) {
    return {detail::remap_adjoint(gy, ctx.input_shape(0), row_axis, counted(*rows, padding))};
  }
  template <class T>
  static Variable<T> jvp(Context<T>&, const Variables<T>& t,
                         const std::shared_ptr<const Rows>& rows, std::int64_t padding) {
    return detail::remap(t[0], row_axis, counted(*rows, padding), 0);
  }
};

/// Bags of equal length: shorter ones, and padding, filled with -1.
struct Bags {
  std::size_t count = 0, length = 0;
  Rows rows;
  Rows entries;                    // where each stands in the index
  std::vector<std::size_t> sizes;  // without what was filled
};

/// [begin, end) of each bag within the index.
std::vector<std::pair<std::size_t, std::size_t>> bag_bounds(const IndexArray& index,
                                                            const IndexArray& offsets) {
  static constexpr auto op = "embedding_bag";
  std::vector<std::pair<std::size_t, std::size_t>> bounds;
  if (index.dimension() == 2) {
    require<ShapeError>(offsets.size() == 0, op, "offsets", "be absent for a matrix of indices",
                        offsets.shape());
    const std::size_t length = index.shape()[1];
    for (std::size_t i = 0; i < index.shape()[0]; ++i)
      bounds.emplace_back(i * length, (i + 1) * length);
    return bounds;
  }
  require<ShapeError>(index.dimension() == 1, op, "index", "have rank 1 or 2", index.shape());
  require<ShapeError>(offsets.dimension() == 1, op, "offsets", "have rank 1", offsets.shape());
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    const std::int64_t begin = offsets.data()[i];
    const auto end =
        i + 1 < offsets.size() ? offsets.data()[i + 1] : static_cast<std::int64_t>(index.size());
    require<ValueError>((i > 0 || begin == 0) && begin <= end, op, "offsets",
                        "ascend from 0 to at most the entries of index", begin);
    bounds.emplace_back(static_cast<std::size_t>(begin), static_cast<std::size_t>(end));
  }
  return bounds;
}

Bags make_bags(const IndexArray& index, const IndexArray& offsets, std::int64_t padding) {
  const auto bounds = bag_bounds(index, offsets);
  Bags bags;
  bags.count = bounds.size();
  for (const auto& [begin, end] : bounds) bags.length = std::max(bags.length, end - begin);
  bags.rows.assign(bags.count * bags.length, -1);
  bags.entries = bags.rows;
  bags.sizes.assign(bags.count, 0);
  for (std::size_t b = 0; b < bags.count; ++b)
    for (std::size_t i = bounds[b].first; i < bounds[b].second; ++i) {
      if (index.data()[i] == padding) continue;
      const std::size_t place = b * bags.length + bags.sizes[b]++;
      bags.rows[place] = index.data()[i];
      bags.entries[place] = static_cast<std::int64_t>(i);
    }
  return bags;
}

/// 1 / the size of each bag, 0 for an empty one.
template <class T>
Variable<T> inverse_sizes(const Bags& bags) {
  Array<T> factors(Shape{bags.count, 1}, T(0));
  for (std::size_t b = 0; b < bags.count; ++b)
    if (bags.sizes[b] > 0) factors.data()[b] = T(1) / static_cast<T>(bags.sizes[b]);
  return Variable<T>(std::move(factors));
}

/// The factors of a bag's entries, [bags, length, 1].
template <class T>
Variable<T> factors_of(Bags& bags, const Variable<T>& per_sample_weights) {
  const auto length = static_cast<std::ptrdiff_t>(bags.length);
  const auto taken =
      detail::remap(flatten(per_sample_weights), row_axis, std::move(bags.entries), 0);
  return reshape(taken, {-1, length, 1});
}

Array<bool> empty_bags(const Bags& bags) {
  Array<bool> empty(Shape{bags.count, 1});
  for (std::size_t b = 0; b < bags.count; ++b) empty.data()[b] = bags.sizes[b] == 0;
  return empty;
}

}  // namespace

template <Element T>
Variable<T> embedding(const IndexArray& index, const Variable<T>& weight,
                      const EmbeddingOptions& o) {
  require_rank("embedding", "weight", weight.shape(), 2);
  const std::int64_t padding = padding_row("embedding", o.padding_idx, weight.shape()[0]);
  check_index("embedding", index, weight.shape()[0]);
  const auto rows = std::make_shared<const Rows>(index.storage().begin(), index.storage().end());
  Shape shape = index.shape();
  shape.push_back(weight.shape()[1]);
  return reshape(Embedding::apply(weight, rows, padding), shape);
}

template <Element T>
Variable<T> embedding_bag(const IndexArray& index, const Variable<T>& weight,
                          const EmbeddingBagOptions& o,
                          const std::type_identity_t<Variable<T>>& per_sample_weights) {
  require_rank("embedding_bag", "weight", weight.shape(), 2);
  const bool weighted = per_sample_weights.defined();
  require<ValueError>(!weighted || o.mode == BagMode::sum, "embedding_bag", "mode",
                      "be the sum where there are per_sample_weights",
                      o.mode == BagMode::mean ? "mean" : "max");
  require<ShapeError>(!weighted || per_sample_weights.shape() == index.shape(), "embedding_bag",
                      "per_sample_weights", "have the shape of index " + to_string(index.shape()),
                      weighted ? per_sample_weights.shape() : Shape{});
  const std::int64_t padding = padding_row("embedding_bag", o.padding_idx, weight.shape()[0]);
  check_index("embedding_bag", index, weight.shape()[0]);
  Bags bags = make_bags(index, o.offsets, padding);
  const Shape shape{bags.count, bags.length, weight.shape()[1]};
  if (bags.length == 0) return Variable<T>(Array<T>(Shape{bags.count, weight.shape()[1]}, T(0)));
  const bool largest = o.mode == BagMode::max;
  const double fill = largest ? -std::numeric_limits<double>::infinity() : 0;
  auto rows = reshape(detail::remap(weight, 0, std::move(bags.rows), fill), shape);
  if (weighted) rows = rows * factors_of(bags, per_sample_weights);
  if (largest) return masked_fill(max(rows, 1).values, empty_bags(bags), 0);
  const auto total = sum(rows, 1);
  return o.mode == BagMode::sum ? total : total * inverse_sizes<T>(bags);
}

#define XG_INSTANTIATE(T)                                                                         \
  template Variable<T> embedding(const IndexArray&, const Variable<T>&, const EmbeddingOptions&); \
  template Variable<T> embedding_bag(const IndexArray&, const Variable<T>&,                       \
                                     const EmbeddingBagOptions&,                                  \
                                     const std::type_identity_t<Variable<T>>&);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg
