#include "xgrad/ops/arrange.hpp"

#include "xgrad/ops/broadcast.hpp"
#include "xgrad/ops/remap.hpp"
#include "xgrad/ops/shape.hpp"

namespace xg {

namespace {

using Source = std::vector<std::int64_t>;

/// 0, 1, ..., n - 1 through f.
template <class F>
Source source_of(std::size_t n, const F& f) {
  Source source(n);
  for (std::size_t i = 0; i < n; ++i) source[i] = f(static_cast<std::int64_t>(i));
  return source;
}

Source rolled(std::size_t extent, std::ptrdiff_t shift) {
  const auto n = static_cast<std::int64_t>(extent);
  return source_of(extent, [n, shift](std::int64_t i) { return ((i - shift % n) % n + n) % n; });
}

/// x with axes of extent 1 on the left, up to a rank.
template <class T>
Variable<T> of_rank(const Variable<T>& x, std::size_t rank) {
  if (x.dimension() >= rank) return x;
  Shape shape(rank - x.dimension(), 1);
  for (const std::size_t extent : x.shape()) shape.push_back(extent);
  return reshape(x, shape);
}

Source counted(const IndexArray& counts) {
  Source source;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const std::int64_t count = counts.data()[i];
    require<ValueError>(count >= 0, "repeat_interleave", "counts", "be >= 0", count);
    source.insert(source.end(), static_cast<std::size_t>(count), static_cast<std::int64_t>(i));
  }
  return source;
}

}  // namespace

template <Element T>
Variable<T> flip(const Variable<T>& x, const Axes& axes) {
  if (axes.empty()) return x;
  const auto chosen = detail::make_reduction("flip", x.shape(), axes);
  if (x.dimension() == 0) return x;
  detail::AxisMaps maps(x.dimension());
  for (std::size_t a = 0; a < maps.size(); ++a) {
    const std::size_t n = x.shape()[a];
    const auto last = static_cast<std::int64_t>(n) - 1;
    if (chosen.reduced[a])
      maps[a] = {false, source_of(n, [last](std::int64_t i) { return last - i; })};
  }
  return detail::remap(x, std::move(maps));
}

template <Element T>
Variable<T> roll(const Variable<T>& x, const Axes& shifts, const Axes& axes) {
  const std::size_t wanted = axes.empty() ? 1 : axes.size();
  require<ValueError>(shifts.size() == wanted, "roll", "shifts",
                      "have one entry an axis, " + std::to_string(wanted), shifts.size());
  if (axes.empty()) {
    const auto flat = detail::remap(reshape(x, {-1}), 0, rolled(x.size(), shifts[0]));
    return reshape(flat, x.shape());
  }
  SmallVector<std::ptrdiff_t> total(x.dimension(), 0);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::size_t at = detail::axis_or_zero("roll", "axes", axes[i], x.dimension());
    if (x.dimension() > 0) total[at] += shifts[i];
  }
  detail::AxisMaps maps(x.dimension());
  for (std::size_t a = 0; a < maps.size(); ++a)
    if (total[a] != 0) maps[a] = {false, rolled(x.shape()[a], total[a])};
  return detail::remap(x, std::move(maps));
}

template <Element T>
Variable<T> tile(const Variable<T>& x, const Shape& counts) {
  const std::size_t rank = std::max(x.dimension(), counts.size());
  const auto wide = of_rank(x, rank);
  detail::AxisMaps maps(rank);
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const std::size_t a = rank - counts.size() + i;
    const auto n = static_cast<std::int64_t>(wide.shape()[a]);
    if (counts[i] == 1) continue;
    maps[a] = {false,
               source_of(wide.shape()[a] * counts[i], [n](std::int64_t k) { return k % n; })};
  }
  return detail::remap(wide, std::move(maps));
}

template <Element T>
Variable<T> repeat(const Variable<T>& x, const Shape& counts) {
  require<ValueError>(counts.size() >= x.dimension(), "repeat", "counts",
                      "have one entry for each axis of x " + to_string(x.shape()), counts.size());
  return tile(x, counts);
}

template <Element T>
Variable<T> repeat_interleave(const Variable<T>& x, std::size_t count, std::ptrdiff_t axis) {
  const std::size_t at = detail::axis_or_zero("repeat_interleave", "axis", axis, x.dimension());
  const auto wide = of_rank(x, 1);
  const auto step = static_cast<std::int64_t>(count);
  return detail::remap(
      wide, at, source_of(wide.shape()[at] * count, [step](std::int64_t i) { return i / step; }));
}

template <Element T>
Variable<T> repeat_interleave(const Variable<T>& x, std::size_t count) {
  return repeat_interleave(reshape(x, {-1}), count, 0);
}

template <Element T>
Variable<T> repeat_interleave(const Variable<T>& x, const IndexArray& counts, std::ptrdiff_t axis) {
  const std::size_t at = detail::axis_or_zero("repeat_interleave", "axis", axis, x.dimension());
  const auto wide = of_rank(x, 1);
  require<ShapeError>(
      counts.dimension() == 1 && counts.size() == wide.shape()[at], "repeat_interleave", "counts",
      "have one entry for each of x along the axis, " + std::to_string(wide.shape()[at]),
      counts.shape());
  return detail::remap(wide, at, counted(counts));
}

template <Element T>
Variables<T> meshgrid(const Variables<T>& xs, Indexing indexing) {
  require<ValueError>(!xs.empty(), "meshgrid", "xs", "hold at least one Variable", "none");
  const auto axis_of = [&](std::size_t i) {
    return indexing == Indexing::xy && i < 2 && xs.size() > 1 ? 1 - i : i;
  };
  Shape grid(xs.size());
  for (std::size_t i = 0; i < xs.size(); ++i) {
    require<ShapeError>(xs[i].dimension() <= 1, "meshgrid", "xs", "be vectors", xs[i].shape());
    grid[axis_of(i)] = xs[i].size();
  }
  Variables<T> result;
  for (std::size_t i = 0; i < xs.size(); ++i) {
    Shape line(xs.size(), 1);
    line[axis_of(i)] = xs[i].size();
    result.push_back(broadcast_to(reshape(xs[i], line), grid));
  }
  return result;
}

#define XG_INSTANTIATE(T)                                                                        \
  template Variable<T> flip(const Variable<T>&, const Axes&);                                    \
  template Variable<T> roll(const Variable<T>&, const Axes&, const Axes&);                       \
  template Variable<T> tile(const Variable<T>&, const Shape&);                                   \
  template Variable<T> repeat(const Variable<T>&, const Shape&);                                 \
  template Variable<T> repeat_interleave(const Variable<T>&, std::size_t, std::ptrdiff_t);       \
  template Variable<T> repeat_interleave(const Variable<T>&, std::size_t);                       \
  template Variable<T> repeat_interleave(const Variable<T>&, const IndexArray&, std::ptrdiff_t); \
  template Variables<T> meshgrid(const Variables<T>&, Indexing);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg
