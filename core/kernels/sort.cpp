#include <xgrad/core/kernels/sort.hpp>

#include <algorithm>
#include <numeric>
#include <vector>

#include <xgrad/core/parallel.hpp>

namespace xg::kernels {
namespace {

constexpr std::size_t kBlock = 4096;  // elements that one thread orders in one go

/// work(line, out): line holds the n elements of a line, out says where its results go.
template <class T, class Work>
void for_each_line(const T* x, std::size_t outer, std::size_t n, std::size_t inner,
                   const Work& work) {
  const std::size_t block = std::max<std::size_t>(1, kBlock / std::max<std::size_t>(n, 1));
  parallel_for(outer * inner, block, [&](std::size_t begin, std::size_t end) {
    std::vector<T> line(n);
    std::vector<std::int64_t> order(n);
    for (std::size_t l = begin; l < end; ++l) {
      const std::size_t o = l / inner, j = l % inner;
      for (std::size_t k = 0; k < n; ++k) line[k] = x[(o * n + k) * inner + j];
      std::iota(order.begin(), order.end(), std::int64_t{0});
      work(line.data(), order, o, j);
    }
  });
}

/// Whether a comes before b; NaN last.
template <class T>
bool less(T a, T b) {
  return a < b || (b != b && a == a);
}

/// The same of places, a total order: what is equal stays as it stands.
template <class T>
auto place_less(const T* line, bool descending) {
  return [line, descending](std::int64_t a, std::int64_t b) {
    const T x = line[descending ? b : a], y = line[descending ? a : b];
    if (less(x, y)) return true;
    return !less(y, x) && a < b;
  };
}

}  // namespace

template <class T>
void first_in_order(const T* x, std::size_t outer, std::size_t n, std::size_t inner, std::size_t k,
                    bool descending, std::int64_t* index) {
  for_each_line(x, outer, n, inner,
                [&](const T* line, std::vector<std::int64_t>& order, std::size_t o, std::size_t j) {
                  const auto middle = order.begin() + static_cast<std::ptrdiff_t>(k);
                  if (k < n / 8)
                    std::partial_sort(order.begin(), middle, order.end(),
                                      place_less(line, descending));
                  else
                    std::sort(order.begin(), order.end(), place_less(line, descending));
                  for (std::size_t i = 0; i < k; ++i) index[(o * k + i) * inner + j] = order[i];
                });
}

template <class T>
void median_place(const T* x, std::size_t outer, std::size_t n, std::size_t inner,
                  std::int64_t* index) {
  for_each_line(x, outer, n, inner,
                [&](const T* line, std::vector<std::int64_t>& order, std::size_t o, std::size_t j) {
                  std::int64_t& place = index[o * inner + j];
                  const T* const nan = std::find_if(line, line + n, [](T v) { return v != v; });
                  if (nan != line + n) {
                    place = nan - line;
                    return;
                  }
                  const auto middle = order.begin() + static_cast<std::ptrdiff_t>((n - 1) / 2);
                  std::nth_element(order.begin(), middle, order.end(), place_less(line, false));
                  place = *middle;
                });
}

#define XG_INSTANTIATE(T)                                                                       \
  template void first_in_order<T>(const T*, std::size_t, std::size_t, std::size_t, std::size_t, \
                                  bool, std::int64_t*);                                         \
  template void median_place<T>(const T*, std::size_t, std::size_t, std::size_t, std::int64_t*);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg::kernels
