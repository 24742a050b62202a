#pragma once
#include <cstddef>

/// Normalisation of contiguous arrays, T float or double, in as few passes as there are. Deviations
/// are taken from the mean before anything is multiplied, so that no digits are lost where the mean
/// is large. Bits do not depend on the number of threads.
namespace xg::kernels {

/// x [outer, channels, inner].
struct Channels {
  std::size_t outer, channels, inner;
};

/// The mean of each channel is mean + offset, mean being a number of the type near it and offset
/// the rest; var is the biased variance.
template <class T>
void channel_moments(const Channels& s, const T* x, T* mean, T* offset, T* var);

/// y = (x - mean[c]) scale[c] + shift[c] for channel c; shift may be null.
template <class T>
void normalize_channels(const Channels& s, const T* x, const T* mean, const T* scale,
                        const T* shift, T* y);

/// For each channel the sum of gy, and that of gy (x - mean).
template <class T>
void channel_gradient_sums(const Channels& s, const T* gy, const T* x, const T* mean, T* sum_gy,
                           T* sum_gyx);

/// gx = gy a[c] + (x - mean[c]) b[c] + d[c].
template <class T>
void channel_gradient(const Channels& s, const T* gy, const T* x, const T* mean, const T* a,
                      const T* b, const T* d, T* gx);

/// Of each row: its mean in two parts, as above, and inverse = 1 / sqrt(variance + eps).
template <class T>
struct RowMoments {
  T *mean, *offset, *inverse;
};

/// y = h w + b with h = (x - mean) inverse for each row of x [rows, n], whose moments are results
/// too. w and b [n] may be null. Not centred: the mean counts as 0.
template <class T>
void normalize_rows(bool centred, std::size_t rows, std::size_t n, const T* x, const T* w,
                    const T* b, T eps, T* y, const RowMoments<T>& moments);

/// Its gradients: gx [rows, n]; gw and gb [n], sums over the rows. Each may be null.
template <class T>
void normalize_rows_backward(bool centred, std::size_t rows, std::size_t n, const T* gy, const T* x,
                             const T* w, const RowMoments<T>& moments, T* gx, T* gw, T* gb);

}  // namespace xg::kernels
