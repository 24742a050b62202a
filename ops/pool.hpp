#pragma once

#include "xgrad/autograd/variable.hpp"
#include "xgrad/core/random.hpp"
#include "xgrad/ops/per_axis.hpp"

/// Pooling over the last one, two or three axes of x [batch, channels, d...], or [channels, d...].
/// Windows of extent k begin every `stride`; the result has
///   e = (d + 2 padding - dilation (k - 1) - 1) / stride + 1
/// per axis, rounded down, or up with ceil_mode (without windows that begin behind the input and
/// its front padding).
///
/// All throw ShapeError if the rank does not fit or not one window does, ValueError for a number
/// out of range.
namespace xg {

template <std::size_t rank>
struct MaxPoolOptions {
  PerAxis<rank> stride = {};   ///< >= 1; by default the kernel
  PerAxis<rank> padding = 0;   ///< of -infinity on both sides; at most half of the window
  PerAxis<rank> dilation = 1;  ///< >= 1, between the elements of a window; each meets x
  bool ceil_mode = false;      ///< round the extents up: the last windows are cut off
};
using MaxPool1dOptions = MaxPoolOptions<1>;
using MaxPool2dOptions = MaxPoolOptions<2>;
using MaxPool3dOptions = MaxPoolOptions<3>;

/// Largest elements and where they stand.
template <class T>
struct Pooled {
  Variable<T> values;
  IndexArray indices;  ///< within the plane (d... flattened), the shape of values
};

/// Largest element of each window. NaN wins; of equals the first one counts, of NaNs the last.
///
///   max_pool2d(x, 2)    max_pool2d(x, {3, 2}, {.stride = 2, .padding = 1})
///
/// Gradient: gy to the element chosen (as PyTorch). A fixed choice is linear, so the second
/// derivative is 0.
template <Element T>
Variable<T> max_pool1d(const Variable<T>& x, PerAxis<1> kernel,
                       const MaxPool1dOptions& options = {});
template <Element T>
Variable<T> max_pool2d(const Variable<T>& x, PerAxis<2> kernel,
                       const MaxPool2dOptions& options = {});
template <Element T>
Variable<T> max_pool3d(const Variable<T>& x, PerAxis<3> kernel,
                       const MaxPool3dOptions& options = {});

/// The same with the places of the elements chosen, as max_unpool takes them.
template <Element T>
Pooled<T> max_pool1d_with_indices(const Variable<T>& x, PerAxis<1> kernel,
                                  const MaxPool1dOptions& options = {});
template <Element T>
Pooled<T> max_pool2d_with_indices(const Variable<T>& x, PerAxis<2> kernel,
                                  const MaxPool2dOptions& options = {});
template <Element T>
Pooled<T> max_pool3d_with_indices(const Variable<T>& x, PerAxis<3> kernel,
                                  const MaxPool3dOptions& options = {});

/// Undoes max pooling: planes of extents output_size, 0 but for the elements of x at the places
/// that `indices` names. Where several name one place, the last stays.
///
///   indices  the shape of x; in [0, product of output_size)
///
/// Gradient: gy at these places.
template <Element T>
Variable<T> max_unpool1d(const Variable<T>& x, const IndexArray& indices, PerAxis<1> output_size);
template <Element T>
Variable<T> max_unpool2d(const Variable<T>& x, const IndexArray& indices, PerAxis<2> output_size);
template <Element T>
Variable<T> max_unpool3d(const Variable<T>& x, const IndexArray& indices, PerAxis<3> output_size);

template <std::size_t rank>
struct AvgPoolOptions {
  PerAxis<rank> stride = {};      ///< >= 1; by default the kernel
  PerAxis<rank> padding = 0;      ///< of zeros on both sides; at most half of the kernel
  bool ceil_mode = false;         ///< round the extents up: the last windows are cut off
  bool count_include_pad = true;  ///< divide by the elements of the window in the padded input,
                                  ///< else by those in the input
  std::ptrdiff_t divisor = 0;     ///< divide by this instead, unless 0
};
using AvgPool1dOptions = AvgPoolOptions<1>;
using AvgPool2dOptions = AvgPoolOptions<2>;
using AvgPool3dOptions = AvgPoolOptions<3>;

/// Average over each window. Gradient: gy / divisor, added to the elements of its window.
template <Element T>
Variable<T> avg_pool1d(const Variable<T>& x, PerAxis<1> kernel,
                       const AvgPool1dOptions& options = {});
template <Element T>
Variable<T> avg_pool2d(const Variable<T>& x, PerAxis<2> kernel,
                       const AvgPool2dOptions& options = {});
template <Element T>
Variable<T> avg_pool3d(const Variable<T>& x, PerAxis<3> kernel,
                       const AvgPool3dOptions& options = {});

/// Average (maximum) over windows chosen so that the result has extents m = output_size: window i
/// of an axis of extent n is floor(i n / m) ... ceil((i + 1) n / m) - 1. An output_size of 1 pools
/// globally; -1 keeps the extent of that axis. Gradients as above.
template <Element T>
Variable<T> adaptive_avg_pool1d(const Variable<T>& x, PerAxis<1> output_size);
template <Element T>
Variable<T> adaptive_avg_pool2d(const Variable<T>& x, PerAxis<2> output_size);
template <Element T>
Variable<T> adaptive_avg_pool3d(const Variable<T>& x, PerAxis<3> output_size);
template <Element T>
Variable<T> adaptive_max_pool1d(const Variable<T>& x, PerAxis<1> output_size);
template <Element T>
Variable<T> adaptive_max_pool2d(const Variable<T>& x, PerAxis<2> output_size);
template <Element T>
Variable<T> adaptive_max_pool3d(const Variable<T>& x, PerAxis<3> output_size);
template <Element T>
Pooled<T> adaptive_max_pool1d_with_indices(const Variable<T>& x, PerAxis<1> output_size);
template <Element T>
Pooled<T> adaptive_max_pool2d_with_indices(const Variable<T>& x, PerAxis<2> output_size);
template <Element T>
Pooled<T> adaptive_max_pool3d_with_indices(const Variable<T>& x, PerAxis<3> output_size);

template <std::size_t rank>
struct LpPoolOptions {
  PerAxis<rank> stride = {};  ///< >= 1; by default the kernel
  bool ceil_mode = false;     ///< a window cut off counts as if its mean filled it (as PyTorch)
};
using LpPool1dOptions = LpPoolOptions<1>;
using LpPool2dOptions = LpPoolOptions<2>;
using LpPool3dOptions = LpPoolOptions<3>;

/// Power average: y = (sum over the window of x^p)^(1/p), p > 0 (x^p, not |x|^p, as PyTorch).
/// Gradient: gy x^(p-1) y^(1-p); 0 where the sum is 0; NaN where it is negative (but p = 1).
template <Element T>
Variable<T> lp_pool1d(const Variable<T>& x, double p, PerAxis<1> kernel,
                      const LpPool1dOptions& options = {});
template <Element T>
Variable<T> lp_pool2d(const Variable<T>& x, double p, PerAxis<2> kernel,
                      const LpPool2dOptions& options = {});
template <Element T>
Variable<T> lp_pool3d(const Variable<T>& x, double p, PerAxis<3> kernel,
                      const LpPool3dOptions& options = {});

/// Where the windows of fractional max pooling begin along an axis of extent d, of which
/// m = output_size windows of k elements are to cover all but a rest: at 0 first and at d - k last
/// (a single one at d - k), in steps of about alpha = (d - k) / (m - 1).
enum class PoolRegions : std::uint8_t {
  pseudo_random,  ///< window i at int((i + u) alpha) - int(u alpha), u of the plane and the axis
  random,         ///< steps of int(alpha) and int(alpha) + 1, as many as it takes, in any order
};

/// Fractional max pooling with pseudo-random regions (see PoolRegions) by given numbers u.
///
///   samples  [batch, channels, 2] or [channels, 2]: u in [0, 1), u[..., 0] for the last axis,
///            u[..., 1] for the one before; in 3d [..., 3] in the order of the axes (as PyTorch)
///
/// Gradient as max_pool2d. Source: Graham, arXiv:1412.6071, section 2 (windows of one size,
/// overlapping where k > alpha, as PyTorch).
template <Element T>
Variable<T> fractional_max_pool2d(const Variable<T>& x, PerAxis<2> kernel, PerAxis<2> output_size,
                                  const Array<T>& samples);
template <Element T>
Variable<T> fractional_max_pool3d(const Variable<T>& x, PerAxis<3> kernel, PerAxis<3> output_size,
                                  const Array<T>& samples);
/// The same with regions drawn for each plane by itself.
///
///   fractional_max_pool2d(x, 2, 14)    fractional_max_pool2d(x, 2, 14, PoolRegions::random)
template <Element T>
Variable<T> fractional_max_pool2d(const Variable<T>& x, PerAxis<2> kernel, PerAxis<2> output_size,
                                  PoolRegions regions, Generator& generator = default_generator());
template <Element T>
Variable<T> fractional_max_pool3d(const Variable<T>& x, PerAxis<3> kernel, PerAxis<3> output_size,
                                  PoolRegions regions, Generator& generator = default_generator());
/// The same with PoolRegions::pseudo_random.
template <Element T>
Variable<T> fractional_max_pool2d(const Variable<T>& x, PerAxis<2> kernel, PerAxis<2> output_size,
                                  Generator& generator = default_generator());
template <Element T>
Variable<T> fractional_max_pool3d(const Variable<T>& x, PerAxis<3> kernel, PerAxis<3> output_size,
                                  Generator& generator = default_generator());
/// The first with the places of the elements chosen.
template <Element T>
Pooled<T> fractional_max_pool2d_with_indices(const Variable<T>& x, PerAxis<2> kernel,
                                             PerAxis<2> output_size, const Array<T>& samples);
template <Element T>
Pooled<T> fractional_max_pool3d_with_indices(const Variable<T>& x, PerAxis<3> kernel,
                                             PerAxis<3> output_size, const Array<T>& samples);

}  // namespace xg
