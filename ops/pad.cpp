#include "xgrad/ops/pad.hpp"

#include <algorithm>
#include <limits>

#include "xgrad/ops/remap.hpp"

namespace xg {

namespace {

/// Which of the entries [low, high) of n, what is left of them, stands at place i, which may lie
/// outside; -1 for none.
std::int64_t source_at(PadMode mode, std::int64_t i, std::int64_t n, std::int64_t low,
                       std::int64_t high) {
  if (i >= low && i < high) return i;
  switch (mode) {
    case PadMode::reflect:
      return i < 0 ? -i : i < n ? i : 2 * (n - 1) - i;
    case PadMode::replicate:
      return std::clamp<std::int64_t>(i, 0, n - 1);
    case PadMode::circular:
      return low + ((i - low) % (high - low) + high - low) % (high - low);
    default:
      return -1;
  }
}

/// The largest number of new entries on one side.
std::int64_t most(PadMode mode, std::int64_t n) {
  if (mode == PadMode::reflect) return std::max<std::int64_t>(n - 1, 0);
  if (mode == PadMode::circular || n == 0) return n;
  return std::numeric_limits<std::int64_t>::max();
}

std::vector<std::int64_t> source_of(PadMode mode, std::int64_t n, std::int64_t before,
                                    std::int64_t after) {
  const std::int64_t size = n + before + after;
  require<ValueError>(size >= 0, "pad", "padding", "leave an extent >= 0", size);
  if (mode != PadMode::constant)
    for (const std::int64_t side : {before, after})
      require<ValueError>(side <= most(mode, n), "pad", "padding",
                          "be at most " + std::to_string(most(mode, n)) + " for extent " +
                              std::to_string(n) + " in this mode",
                          side);
  const std::int64_t low = std::max<std::int64_t>(-before, 0);
  const std::int64_t high = n + std::min<std::int64_t>(after, 0);
  require<ValueError>(mode != PadMode::circular || size == 0 || low < high, "pad", "padding",
                      "leave an entry to repeat in this mode", size);
  std::vector<std::int64_t> source(static_cast<std::size_t>(size));
  for (std::int64_t i = 0; i < size; ++i)
    source[static_cast<std::size_t>(i)] = source_at(mode, i - before, n, low, high);
  return source;
}

}  // namespace

template <Element T>
Variable<T> pad(const Variable<T>& x, const PadWidths& padding, PadOptions options) {
  require<ShapeError>(padding.size() == x.dimension(), "pad", "padding",
                      "have one pair for each axis of x " + to_string(x.shape()), padding.size());
  detail::AxisMaps maps(x.dimension());
  for (std::size_t a = 0; a < maps.size(); ++a) {
    const auto [before, after] = padding[a];
    if (before == 0 && after == 0) continue;
    const auto n = static_cast<std::int64_t>(x.shape()[a]);
    maps[a] = {false, source_of(options.mode, n, before, after)};
  }
  return detail::remap(x, std::move(maps), options.value);
}

#define XG_INSTANTIATE(T) \
  template Variable<T> pad(const Variable<T>&, const PadWidths&, PadOptions);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg
