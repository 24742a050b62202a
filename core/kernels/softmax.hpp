#pragma once
#include <cstddef>
#include <cstdint>

/// Softmax and its kin along the middle axis of x [outer, n, inner], T float or double. The maximum
/// is subtracted first, so that nothing overflows. A NaN makes its whole row NaN, as +infinity and
/// a row of -infinity do (torch's choice); other -infinity count as probability 0. y may be x.
namespace xg::kernels {

/// y = exp(x) / sum exp(x)
template <class T>
void softmax(const T* x, std::size_t outer, std::size_t n, std::size_t inner, T* y);

/// y = x - log(sum exp(x))
template <class T>
void log_softmax(const T* x, std::size_t outer, std::size_t n, std::size_t inner, T* y);

/// y [outer, inner] = log(sum exp(x)): -infinity for a row of -infinity, +infinity if there is one.
/// n >= 1.
template <class T>
void logsumexp(const T* x, std::size_t outer, std::size_t n, std::size_t inner, T* y);

/// gx = y (gy - sum gy y), y the softmax. gx may be gy.
template <class T>
void softmax_backward(const T* y, const T* gy, std::size_t outer, std::size_t n, std::size_t inner,
                      T* gx);

/// gx = gy - exp(y) sum gy, y the log-softmax. gx may be gy.
template <class T>
void log_softmax_backward(const T* y, const T* gy, std::size_t outer, std::size_t n,
                          std::size_t inner, T* gx);

/// Cross entropy of logits x [rows, n] with labels in [0, n): loss[i] =
/// -log_softmax(x[i])[labels[i]].
///
/// `largest` and `log_sum` [rows] keep the maximum of each row and log(sum exp(x - maximum)), all
/// that the gradient needs. (Their sum alone would lose the digits of log_sum where logits are
/// large.) Rows whose label is `ignored` have loss 0. The caller checks the labels.
template <class T>
void cross_entropy(const T* x, const std::int64_t* labels, std::int64_t ignored, std::size_t rows,
                   std::size_t n, T* loss, T* largest, T* log_sum);

/// Gradient of the above in one pass: gx[i, j] = (softmax(x[i])[j] - [j == labels[i]]) gloss[i *
/// gloss_stride]. A stride of 0 gives every row the same factor, as the mean does. Ignored rows: 0.
/// gx may be x.
template <class T>
void cross_entropy_backward(const T* x, const std::int64_t* labels, std::int64_t ignored,
                            const T* largest, const T* log_sum, const T* gloss,
                            std::size_t gloss_stride, std::size_t rows, std::size_t n, T* gx);

}  // namespace xg::kernels
