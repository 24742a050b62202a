#include "xgrad/data/images.hpp"

#include <algorithm>
#include <cmath>

#include "xgrad/core/error.hpp"
#include "xgrad/core/kernels/random.hpp"
#include "xgrad/data/rows.hpp"

namespace xg::data {
namespace {

IndexArray slice(const IndexArray& from, std::size_t begin, std::size_t end) {
  auto part = IndexArray::from_shape({end - begin});
  std::copy(from.data() + begin, from.data() + end, part.data());
  return part;
}

// to[i][j] = from[i - down][j - right], or 0 outside.
template <class T>
void shift_plane(const T* from, T* to, std::int64_t height, std::int64_t width, std::int64_t down,
                 std::int64_t right) {
  for (std::int64_t i = 0; i < height; ++i) {
    for (std::int64_t j = 0; j < width; ++j) {
      const std::int64_t y = i - down, x = j - right;
      const bool inside = y >= 0 && y < height && x >= 0 && x < width;
      to[i * width + j] = inside ? from[y * width + x] : T(0);
    }
  }
}

}  // namespace

template <class T>
LabelledImages<T> take(const LabelledImages<T>& from, const IndexArray& rows) {
  require_rank("take", "rows", rows.shape(), 1);
  const auto count = static_cast<std::int64_t>(from.size());
  for (const std::int64_t row : rows) {
    require<ValueError>(row >= 0 && row < count, "take", "every row",
                        "be in [0, " + number_text(count) + ")", row);
  }
  return {detail::gather_rows(from.images, rows.data(), rows.size()),
          detail::gather_rows(from.labels, rows.data(), rows.size())};
}

template <class T>
Split<T> split(const LabelledImages<T>& from, double test_fraction, std::uint64_t seed) {
  require<ValueError>(test_fraction >= 0 && test_fraction <= 1, "split", "test_fraction",
                      "be in [0, 1]", test_fraction);
  Generator generator(seed);
  auto order = IndexArray::from_shape({from.size()});
  kernels::random_permutation(generator, order.data(), order.size());
  const auto held_out =
      static_cast<std::size_t>(std::llround(test_fraction * static_cast<double>(from.size())));
  return {take(from, slice(order, held_out, order.size())), take(from, slice(order, 0, held_out))};
}

template <class T>
void random_shift(Array<T>& images, std::int64_t reach, Generator& generator) {
  require_rank("random_shift", "images", images.shape(), 4);
  require<ValueError>(reach >= 0, "random_shift", "reach", "be >= 0", reach);
  const std::size_t count = images.shape()[0], channels = images.shape()[1];
  const auto height = static_cast<std::int64_t>(images.shape()[2]);
  const auto width = static_cast<std::int64_t>(images.shape()[3]);
  const auto plane = static_cast<std::size_t>(height * width);
  auto moves = IndexArray::from_shape({count, std::size_t{2}});
  kernels::fill_randint(generator, moves.data(), moves.size(), -reach, reach + 1);
  Array<T> before = images;
  for (std::size_t i = 0; i < count * channels; ++i) {
    const std::int64_t* move = moves.data() + 2 * (i / channels);
    shift_plane(before.data() + i * plane, images.data() + i * plane, height, width, move[0],
                move[1]);
  }
}

template <class T>
void random_flip(Array<T>& images, Generator& generator) {
  require_rank("random_flip", "images", images.shape(), 4);
  const std::size_t count = images.shape()[0], width = images.shape()[3];
  if (images.size() == 0) return;
  const std::size_t rows = images.shape()[1] * images.shape()[2];
  auto mirrored = IndexArray::from_shape({count});
  kernels::fill_randint(generator, mirrored.data(), count, 0, 2);
  for (std::size_t i = 0; i < count * rows; ++i) {
    T* const row = images.data() + i * width;
    if (mirrored.data()[i / rows] == 1) std::reverse(row, row + width);
  }
}

#define XGRAD_INSTANTIATE(T)                                                    \
  template LabelledImages<T> take(const LabelledImages<T>&, const IndexArray&); \
  template Split<T> split(const LabelledImages<T>&, double, std::uint64_t);     \
  template void random_shift(Array<T>&, std::int64_t, Generator&);              \
  template void random_flip(Array<T>&, Generator&);
XGRAD_INSTANTIATE(float)
XGRAD_INSTANTIATE(double)
#undef XGRAD_INSTANTIATE

}  // namespace xg::data
