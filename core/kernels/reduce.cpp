#include <xgrad/core/kernels/reduce.hpp>

#include <algorithm>
#include <limits>

#include <xgrad/core/kernels/choose.hpp>
#include <xgrad/core/kernels/collapse.hpp>
#include <xgrad/core/kernels/reduce_isa.hpp>
#include <xgrad/core/kernels/scratch.hpp>
#include <xgrad/core/parallel.hpp>

namespace xg::kernels {
namespace {

template <class T>
const ReduceIsa<T>& functions() {
  static const ReduceIsaSet& set = XG_CHOOSE(reduce_isa);
  if constexpr (sizeof(T) == sizeof(float)) {
    return set.f32;
  } else {
    return set.f64;
  }
}

constexpr std::size_t kBlock = 16384;  // elements that one thread does in one go
constexpr std::size_t kRow = 2048;     // a longer row is cut
constexpr std::size_t kRows = 128;     // more rows are cut
constexpr std::size_t kColumns = 4096;
constexpr std::size_t kNarrow = 64;  // columns in fewer than this are regrouped

std::size_t units_per_block(std::size_t elements) {
  return std::max<std::size_t>(1, kBlock / std::max<std::size_t>(elements, 1));
}

/// The operand a fold needs beside x: for product an array like x; for deviation one number for
/// each row or column.
template <class T>
struct Input {
  Fold fold;
  const T* x;
  const T* other;
  const T* other_at(std::size_t offset) const {
    return fold == Fold::product ? other + offset : other;
  }
};

/// y[i] = fold of row i of x [rows, n].
template <class T>
void fold_rows(const Input<T>& in, std::size_t rows, std::size_t n, T* y) {
  const auto row = functions<T>().row[static_cast<std::size_t>(in.fold)];
  const bool shifted = in.fold == Fold::deviation;
  if (n <= kRow) {
    return parallel_for(rows, units_per_block(n), [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i)
        y[i] = row(in.x + i * n, shifted ? in.other + i : in.other_at(i * n), n);
    });
  }
  const std::size_t parts = (n + kRow - 1) / kRow;
  const Scratch<T> partial(rows * parts);
  parallel_for(rows * parts, units_per_block(kRow), [&](std::size_t begin, std::size_t end) {
    for (std::size_t p = begin; p < end; ++p) {
      const std::size_t i = p / parts, first = p % parts * kRow, at = i * n + first;
      partial[p] =
          row(in.x + at, shifted ? in.other + i : in.other_at(at), std::min(kRow, n - first));
    }
  });
  fold_rows<T>({combine_of(in.fold), partial.data(), nullptr}, rows, parts, y);
}

/// y[b, j] = fold over i of x [batches, rows, n]; deviation's other is [batches, n].
template <class T>
void fold_columns(const Input<T>& in, std::size_t batches, std::size_t rows, std::size_t n, T* y);

/// Few columns, many rows: `group` rows count as one, so that batches are full.
template <class T>
void fold_narrow(const Input<T>& in, std::size_t batches, std::size_t rows, std::size_t n,
                 std::size_t group, T* y) {
  const Fold combine = combine_of(in.fold);
  const std::size_t whole = rows / group, rest = rows % group, wide = group * n;
  // Each batch: `group` partial rows from the whole groups, then one from the rest.
  const std::size_t partial_rows = group + (rest > 0 ? 1 : 0);
  const Scratch<T> partial(batches * partial_rows * n);
  const auto one = [&](std::size_t b) {
    Input<T> part{in.fold, in.x + b * rows * n, in.other_at(b * rows * n)};
    const T* rest_other = in.fold == Fold::product ? part.other + whole * wide : nullptr;
    const Scratch<T> shift(in.fold == Fold::deviation ? wide : 0);
    if (in.fold == Fold::deviation) {
      rest_other = in.other + b * n;
      for (std::size_t g = 0; g < group; ++g) std::copy_n(rest_other, n, shift.data() + g * n);
      part.other = shift.data();
    }
    T* const out = partial.data() + b * partial_rows * n;
    fold_columns<T>(part, 1, whole, wide, out);
    if (rest > 0)
      fold_columns<T>({in.fold, part.x + whole * wide, rest_other}, 1, rest, n, out + wide);
  };
  parallel_for(batches, units_per_block(rows * n), [&](std::size_t begin, std::size_t end) {
    for (std::size_t b = begin; b < end; ++b) one(b);
  });
  fold_columns<T>({combine, partial.data(), nullptr}, batches, partial_rows, n, y);
}

template <class T>
void fold_columns(const Input<T>& in, std::size_t batches, std::size_t rows, std::size_t n, T* y) {
  if (n < kNarrow && rows * n >= 8 * kNarrow && rows >= 4 * (2 * kNarrow / n)) {
    return fold_narrow(in, batches, rows, n, 2 * kNarrow / n, y);
  }
  const auto columns = functions<T>().columns[static_cast<std::size_t>(in.fold)];
  const std::size_t parts = (rows + kRows - 1) / kRows,
                    strips = std::max<std::size_t>(1, n / kColumns);
  const bool cut = parts > 1;
  const Scratch<T> partial(cut ? batches * parts * n : 0);
  T* const out = cut ? partial.data() : y;
  const std::size_t units = batches * parts * strips;
  parallel_for(units, units_per_block(std::min(rows, kRows) * n / strips),
               [&](std::size_t begin, std::size_t end) {
                 for (std::size_t u = begin; u < end; ++u) {
                   const std::size_t s = u % strips, p = u / strips % parts, b = u / strips / parts;
                   const std::size_t j = s * kColumns, width = s + 1 == strips ? n - j : kColumns;
                   const std::size_t at = (b * rows + p * kRows) * n + j;
                   const T* other =
                       in.fold == Fold::deviation ? in.other + b * n + j : in.other_at(at);
                   columns(in.x + at, other, std::min(kRows, rows - p * kRows), width, n,
                           out + (b * parts + p) * n + j);
                 }
               });
  if (cut) fold_columns<T>({combine_of(in.fold), partial.data(), nullptr}, batches, parts, n, y);
}

std::size_t product(const SmallVector<std::size_t>& extent, std::size_t begin, std::size_t end) {
  std::size_t n = 1;
  for (std::size_t i = begin; i < end; ++i) n *= extent[i];
  return n;
}

/// y [axes up to `axes`, tail], repeated over those of the axes that are reduced, from x without
/// them.
template <class T>
void spread(const Collapsed& c, std::size_t axes, std::size_t axis, const T*& x, std::size_t tail,
            T*& y) {
  if (axis == axes) {
    std::copy_n(x, tail, y);
    x += tail;
    y += tail;
    return;
  }
  const T* const from = x;
  for (std::size_t i = 0; i < c.extent[axis]; ++i) {
    if (c.reduced[axis]) x = from;
    spread(c, axes, axis + 1, x, tail, y);
  }
}

/// Folds the last reduced axis, then the rest of them, from the inside out.
template <class T>
void fold_all(Input<T> in, const Collapsed& c, T* y) {
  const std::size_t rank = c.extent.size();
  const bool inner = c.reduced[rank - 1] != 0;
  const std::size_t axis = inner ? rank - 1 : rank - 2, n = inner ? 1 : c.extent[rank - 1];
  const std::size_t batches = product(c.extent, 0, axis), rows = c.extent[axis];
  const bool last = axis <= 1;  // kinds alternate: at most one kept axis is left of it
  const Scratch<T> partial(last ? 0 : batches * n),
      other(in.fold == Fold::deviation && !last ? batches * n : 0);
  if (in.fold == Fold::deviation && !last) {
    const T* from = in.other;
    T* to = other.data();
    spread(c, axis, 0, from, n, to);
    in.other = other.data();
  }
  T* const out = last ? y : partial.data();
  if (inner) {
    fold_rows(in, batches, rows, out);
  } else {
    fold_columns(in, batches, rows, n, out);
  }
  if (last) return;
  Collapsed rest = c;
  rest.extent.resize(axis);
  rest.reduced.resize(axis);
  rest.extent.back() *= n;  // what was right of the axis joins what was left of it
  fold_all<T>({combine_of(in.fold), partial.data(), nullptr}, rest, y);
}

template <class T>
T nothing(Fold fold) {
  const T infinity = std::numeric_limits<T>::infinity();
  if (fold == Fold::prod) return 1;
  if (fold == Fold::max) return -infinity;
  return fold == Fold::min ? infinity : T(0);
}

template <class T>
void fold(const Input<T>& in, const Collapsed& c, T* y) {
  if (c.kept == 0) return;
  if (c.count == 0) return static_cast<void>(std::fill_n(y, c.kept, nothing<T>(in.fold)));
  if (c.count == 1) {  // nothing to fold, but perhaps something to map: rows of one element
    if (in.fold > Fold::min) return fold_rows(in, c.kept, 1, y);
    return static_cast<void>(std::copy_n(in.x, c.kept, y));
  }
  fold_all(in, c, y);
}

template <class T>
void divide(T* y, std::size_t n, std::size_t count) {
  for (std::size_t i = 0; i < n; ++i) y[i] /= static_cast<T>(count);
}

Fold fold_of(Reduce op) {
  switch (op) {
    case Reduce::prod:
      return Fold::prod;
    case Reduce::max:
      return Fold::max;
    case Reduce::min:
      return Fold::min;
    case Reduce::sum_square:
      return Fold::square;
    case Reduce::sum_abs:
      return Fold::abs;
    default:
      return Fold::sum;
  }
}

}  // namespace

template <class T>
void reduce(Reduce op, const T* x, const std::size_t* shape, std::size_t rank, const bool* reduced,
            T* y) {
  const Collapsed c(shape, rank, reduced);
  fold<T>({fold_of(op), x, nullptr}, c, y);
  if (op == Reduce::mean) divide(y, c.kept, c.count);
}

template <class T>
void reduce_product(const T* a, const T* b, const std::size_t* shape, std::size_t rank,
                    const bool* reduced, T* y) {
  fold<T>({Fold::product, a, b}, Collapsed(shape, rank, reduced), y);
}

template <class T>
void moments(const T* x, const std::size_t* shape, std::size_t rank, const bool* reduced, T* mean,
             T* variance) {
  const Collapsed c(shape, rank, reduced);
  fold<T>({Fold::sum, x, nullptr}, c, mean);
  divide(mean, c.kept, c.count);
  fold<T>({Fold::deviation, x, mean}, c, variance);
  divide(variance, c.kept, c.count);
}

template <class T>
void sum_to(const T* x, const std::size_t* shape, std::size_t rank, const std::size_t* target,
            std::size_t target_rank, T* y) {
  const std::size_t missing = rank - target_rank;
  SmallVector<bool> reduced(rank, true);
  for (std::size_t i = missing; i < rank; ++i)
    reduced[i] = target[i - missing] == 1 && shape[i] != 1;
  fold<T>({Fold::sum, x, nullptr}, Collapsed(shape, rank, reduced.data()), y);
}

#define XG_INSTANTIATE(T)                                                                      \
  template void reduce<T>(Reduce, const T*, const std::size_t*, std::size_t, const bool*, T*); \
  template void reduce_product<T>(const T*, const T*, const std::size_t*, std::size_t,         \
                                  const bool*, T*);                                            \
  template void moments<T>(const T*, const std::size_t*, std::size_t, const bool*, T*, T*);    \
  template void sum_to<T>(const T*, const std::size_t*, std::size_t, const std::size_t*,       \
                          std::size_t, T*);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg::kernels
