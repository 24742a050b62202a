#include <xgrad/core/kernels/remap.hpp>

#include <algorithm>
#include <vector>

#include <xgrad/core/parallel.hpp>
#include <xgrad/core/small_vector.hpp>

namespace xg::kernels {
namespace {

constexpr std::size_t kBlock = 16384;  // elements that one thread does in one go

std::size_t units_per_block(std::size_t elements) {
  return std::max<std::size_t>(1, kBlock / std::max<std::size_t>(elements, 1));
}

/// Entries of y that lie next to each other in x too, or are all new (from < 0).
struct Run {
  std::size_t to, count;
  std::int64_t from;
};

/// The runs of an axis; none if they are so short that entries are better moved one by one.
std::vector<Run> runs_of(const AxisSource& axis) {
  if (axis.source == nullptr) return {{0, axis.size, 0}};
  std::vector<Run> runs;
  for (std::size_t i = 0; i < axis.size; ++i) {
    const std::int64_t from = axis.source[i];
    if (!runs.empty()) {
      Run& last = runs.back();
      const bool both_new = from < 0 && last.from < 0;
      const bool next = last.from >= 0 && from == last.from + static_cast<std::int64_t>(last.count);
      if (both_new || next) {
        ++last.count;
        continue;
      }
    }
    if (runs.size() >= 8 && runs.size() * 4 > i) return {};
    runs.push_back({i, 1, from < 0 ? -1 : from});
  }
  return runs;
}

/// The rows of y (all axes but the last) and where they begin in x. Neighbouring axes that stay as
/// they are count as one.
class Rows {
 public:
  Rows(const AxisSource* axes, std::size_t rank) {
    for (std::size_t a = 0; a < rank; ++a) {
      const bool stays = axes[a].source == nullptr;
      if (stays && !axes_.empty() && axes_.back().source == nullptr) {
        axes_.back().extent *= axes[a].extent;
        axes_.back().size *= axes[a].size;
      } else {
        axes_.push_back(axes[a]);
      }
    }
    if (axes_.empty()) axes_.push_back({1, 1, nullptr});
    std::size_t stride = 1;
    strides_.resize(axes_.size(), 1);
    for (std::size_t a = axes_.size(); a-- > 0; stride *= axes_[a].extent) strides_[a] = stride;
    for (std::size_t a = 0; a + 1 < axes_.size(); ++a) count_ *= axes_[a].size;
  }

  std::size_t count() const { return count_; }
  const AxisSource& line() const { return axes_.back(); }
  /// How many rows share no element of x with those of another number.
  std::size_t rows_per_part() const {
    return axes_.size() > 1 && axes_[0].source == nullptr
               ? count_ / std::max<std::size_t>(axes_[0].size, 1)
               : count_;
  }
  /// Begin in x of a row of y; negative where the row is new.
  std::ptrdiff_t begin(std::size_t row) const {
    std::ptrdiff_t at = 0;
    for (std::size_t a = axes_.size() - 1; a-- > 0; row /= axes_[a].size) {
      const auto i = static_cast<std::int64_t>(row % axes_[a].size);
      const std::int64_t from = axes_[a].source == nullptr ? i : axes_[a].source[i];
      if (from < 0) return -1;
      at += static_cast<std::ptrdiff_t>(from) * static_cast<std::ptrdiff_t>(strides_[a]);
    }
    return at;
  }

 private:
  std::vector<AxisSource> axes_;
  SmallVector<std::size_t> strides_;
  std::size_t count_ = 1;
};

template <class T>
void fill_line(const T* x, const AxisSource& line, const std::vector<Run>& runs, T fill, T* y) {
  if (runs.empty()) {
    for (std::size_t i = 0; i < line.size; ++i)
      y[i] = line.source[i] < 0 ? fill : x[line.source[i]];
    return;
  }
  for (const Run& run : runs) {
    if (run.from < 0)
      std::fill_n(y + run.to, run.count, fill);
    else
      std::copy_n(x + run.from, run.count, y + run.to);
  }
}

template <class T>
void add_line(const T* y, const AxisSource& line, const std::vector<Run>& runs, T* x) {
  if (runs.empty()) {
    for (std::size_t i = 0; i < line.size; ++i)
      if (line.source[i] >= 0) x[line.source[i]] += y[i];
    return;
  }
  for (const Run& run : runs) {
    if (run.from < 0) continue;
    T* const to = x + run.from;
    for (std::size_t i = 0; i < run.count; ++i) to[i] += y[run.to + i];
  }
}

}  // namespace

template <class T>
void remap(const T* x, const AxisSource* axes, std::size_t rank, T fill, T* y) {
  const Rows rows(axes, rank);
  const AxisSource& line = rows.line();
  const std::vector<Run> runs = runs_of(line);
  parallel_for(rows.count(), units_per_block(line.size), [&](std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end; ++row) {
      const std::ptrdiff_t from = rows.begin(row);
      T* const to = y + row * line.size;
      if (from < 0)
        std::fill_n(to, line.size, fill);
      else
        fill_line(x + from, line, runs, fill, to);
    }
  });
}

template <class T>
void remap_add(const T* y, const AxisSource* axes, std::size_t rank, T* x) {
  const Rows rows(axes, rank);
  const AxisSource& line = rows.line();
  const std::vector<Run> runs = runs_of(line);
  const std::size_t part = std::max<std::size_t>(rows.rows_per_part(), 1);
  parallel_for(rows.count() / part, units_per_block(part * line.size),
               [&](std::size_t begin, std::size_t end) {
                 for (std::size_t row = begin * part; row < end * part; ++row) {
                   const std::ptrdiff_t at = rows.begin(row);
                   if (at < 0) continue;
                   add_line(y + row * line.size, line, runs, x + at);
                 }
               });
}

#define XG_INSTANTIATE(T)                                                  \
  template void remap<T>(const T*, const AxisSource*, std::size_t, T, T*); \
  template void remap_add<T>(const T*, const AxisSource*, std::size_t, T*);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg::kernels
