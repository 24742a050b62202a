#include "xgrad/data/loader.hpp"

#include <algorithm>
#include <numeric>

#include "xgrad/core/error.hpp"
#include "xgrad/core/kernels/random.hpp"

namespace xg::data::detail {

LoaderPlan::LoaderPlan(const std::vector<Shape>& shapes, const LoaderOptions& chosen)
    : options(chosen) {
  require<ValueError>(options.batch_size >= 1, "DataLoader", "batch_size", "be >= 1",
                      options.batch_size);
  for (const Shape& shape : shapes) {
    require<ShapeError>(!shape.empty(), "DataLoader", "every array", "have an axis of examples",
                        shape);
    require_equal("DataLoader", "first.shape[0]", shapes[0][0], "other.shape[0]", shape[0],
                  shapes[0], shape);
  }
  examples = shapes.empty() ? 0 : shapes[0][0];
}

std::size_t LoaderPlan::batches() const {
  const std::size_t whole = examples / options.batch_size;
  const bool rest = examples % options.batch_size != 0 && !options.drop_last;
  return whole + (rest ? 1 : 0);
}

std::vector<std::int64_t> LoaderPlan::order(std::uint64_t epoch) const {
  std::vector<std::int64_t> rows(examples);
  std::iota(rows.begin(), rows.end(), 0);
  if (options.shuffle) {
    Generator draw(options.seed, epoch << 32);
    kernels::random_permutation(draw, rows.data(), rows.size());
  }
  return rows;
}

// A stream for each batch of each epoch: independent of the order's (batch 0 of the counting below
// would be it) and of which thread asks when.
Generator LoaderPlan::generator(std::uint64_t epoch, std::size_t batch) const {
  return Generator(options.seed, epoch << 32 | (batch + 1));
}

std::size_t LoaderPlan::batch_rows(std::size_t batch) const {
  return std::min(options.batch_size, examples - batch * options.batch_size);
}

}  // namespace xg::data::detail
