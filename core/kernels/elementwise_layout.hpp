#pragma once

/// How operands that are broadcast together are walked: as few axes as possible, then in spans that
/// the contiguous loops can take. Internal to core/kernels.

#include <algorithm>
#include <cstddef>

#include "xgrad/core/allocator.hpp"
#include "xgrad/core/kernels/program.hpp"
#include "xgrad/core/parallel.hpp"
#include "xgrad/core/small_vector.hpp"

namespace xg::kernels {

/// Elements that one thread takes at a time; a multiple of every batch.
inline constexpr std::size_t parallel_block = 16384;

/// Uninitialised memory from the pool.
template <class T>
class Scratch {
 public:
  explicit Scratch(std::size_t n) : bytes_(n * sizeof(T)) {
    if (n > 0) data_ = static_cast<T*>(xg::detail::pool_allocate(bytes_));
  }
  ~Scratch() {
    if (data_ != nullptr) xg::detail::pool_deallocate(data_, bytes_);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  T* data() const { return data_; }

 private:
  T* data_ = nullptr;
  std::size_t bytes_;
};

/// An operand within a span: contiguous elements, or one that is repeated.
template <class T>
struct Span {
  const T* data;
  bool repeated;
};

/// The iteration space with axes of length 1 dropped and axes merged that all operands step through
/// as one. Axis 0 is the innermost; there is at least one.
struct Layout {
  std::size_t operands = 0;
  std::size_t size = 1;
  SmallVector<std::size_t> dims;
  SmallVector<std::ptrdiff_t> strides;  ///< [axis][operand]

  /// strides_of(k) gives operand k's strides, one an axis of shape, outermost first.
  template <class F>
  Layout(F strides_of, std::size_t count, const std::size_t* shape, std::size_t rank);

  std::ptrdiff_t stride(std::size_t axis, std::size_t operand) const {
    return strides[axis * operands + operand];
  }

  /// Every operand is contiguous or repeated along the innermost axis.
  bool rows_are_spans() const {
    return std::all_of(strides.begin(), strides.begin() + static_cast<std::ptrdiff_t>(operands),
                       [](std::ptrdiff_t s) { return s == 0 || s == 1; });
  }
  /// Operand k is the same element everywhere; row-major over the whole space.
  bool is_repeated(std::size_t k) const;
  bool is_contiguous(std::size_t k) const;

 private:
  template <class F>
  void add_axis(F strides_of, std::size_t length, std::size_t axis);
};

/// A position in a Layout's axes from `first` on, with every operand's offset there.
class Odometer {
 public:
  Odometer(const Layout& layout, std::size_t first, std::size_t position);
  void next();
  std::ptrdiff_t offset(std::size_t operand) const { return offset_[operand]; }

 private:
  const Layout& layout_;
  std::size_t first_;
  SmallVector<std::size_t> index_;
  SmallVector<std::ptrdiff_t> offset_;
};

/// Elements begin .. begin+n of operand k, brought together.
template <class T>
void gather(const Layout& layout, std::size_t k, const T* data, std::size_t begin, std::size_t n,
            T* out);

template <class F>
Layout::Layout(F strides_of, std::size_t count, const std::size_t* shape, std::size_t rank)
    : operands(count) {
  for (std::size_t axis = rank; axis-- > 0;) {
    size *= shape[axis];
    if (shape[axis] != 1) add_axis(strides_of, shape[axis], axis);
  }
  if (!dims.empty()) return;
  dims.assign(1, 1);
  strides.assign(count, 1);
}

template <class F>
void Layout::add_axis(F strides_of, std::size_t length, std::size_t axis) {
  if (!dims.empty()) {
    const std::ptrdiff_t* inner = strides.data() + (dims.size() - 1) * operands;
    const auto inner_length = static_cast<std::ptrdiff_t>(dims.back());
    bool merges = true;
    for (std::size_t k = 0; k < operands; ++k)
      merges &= strides_of(k)[axis] == inner[k] * inner_length;
    if (merges) {
      dims[dims.size() - 1] *= length;
      return;
    }
  }
  dims.push_back(length);
  for (std::size_t k = 0; k < operands; ++k) strides.push_back(strides_of(k)[axis]);
}

namespace detail {

// Rows, each cut into segments of at most `limit` elements.
template <class T, class F>
void walk_rows(const Layout& layout, const Operand<T>* inputs, std::size_t limit, F& make_body) {
  const std::size_t length = layout.dims[0], segment = std::min(length, limit);
  const std::size_t segments = (length + segment - 1) / segment;
  const std::size_t block = std::max<std::size_t>(1, parallel_block / segment);
  parallel_for(layout.size / length * segments, block, [&](std::size_t first, std::size_t last) {
    auto body = make_body();
    SmallVector<Span<T>> spans(layout.operands, Span<T>{});
    Odometer row(layout, 1, first / segments);
    for (std::size_t unit = first; unit < last; ++unit) {
      const std::size_t begin = unit % segments * segment;
      for (std::size_t k = 0; k < layout.operands; ++k) {
        const std::ptrdiff_t step = layout.stride(0, k);
        spans[k] = {inputs[k].data + row.offset(k) + static_cast<std::ptrdiff_t>(begin) * step,
                    step == 0};
      }
      body(spans.data(), unit / segments * length + begin, std::min(segment, length - begin));
      if (begin + segment >= length) row.next();
    }
  });
}

// Spans that go on across rows: what is not contiguous is gathered first.
template <class T, class F>
void walk_gathered(const Layout& layout, const Operand<T>* inputs, std::size_t limit,
                   F& make_body) {
  parallel_for(layout.size, parallel_block / limit * limit,
               [&](std::size_t first, std::size_t last) {
                 auto body = make_body();
                 SmallVector<Span<T>> spans(layout.operands, Span<T>{});
                 const Scratch<T> buffers(layout.operands * limit);
                 for (std::size_t begin = first; begin < last; begin += limit) {
                   const std::size_t n = std::min(limit, last - begin);
                   for (std::size_t k = 0; k < layout.operands; ++k) {
                     T* buffer = buffers.data() + k * limit;
                     const bool repeated = layout.is_repeated(k);
                     if (repeated || layout.is_contiguous(k)) {
                       spans[k] = {inputs[k].data + (repeated ? 0 : begin), repeated};
                     } else {
                       gather(layout, k, inputs[k].data, begin, n, buffer);
                       spans[k] = {buffer, false};
                     }
                   }
                   body(spans.data(), begin, n);
                 }
               });
}

}  // namespace detail

/// Calls body(spans, begin, n) for consecutive spans of at most `limit` elements (a divisor of
/// parallel_block) that cover the space. make_body() is called once for each block of work, on the
/// thread that does it. Rows shorter than `min_row` are joined by gathering.
template <class T, class F>
void for_each_span(const Layout& layout, const Operand<T>* inputs, std::size_t limit,
                   std::size_t min_row, F&& make_body) {
  if (layout.size == 0) return;
  if (layout.rows_are_spans() && (layout.dims.size() == 1 || layout.dims[0] >= min_row)) {
    detail::walk_rows(layout, inputs, limit, make_body);
  } else {
    detail::walk_gathered(layout, inputs, limit, make_body);
  }
}

}  // namespace xg::kernels
