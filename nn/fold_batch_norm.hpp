#pragma once

#include "xgrad/nn/conv.hpp"
#include "xgrad/nn/linear.hpp"
#include "xgrad/nn/normalization.hpp"
#include "xgrad/nn/sequential.hpp"

namespace xg::nn {

/// Makes `layer` compute norm(layer(x)) as it is in evaluation: with s = weight / sqrt(running_var
/// + eps) by output channel, W <- s W and b <- s (b - running_mean) + bias. A bias is added where
/// there is none; `norm` stays as it is and is to be left out from now on.
/// @throws ShapeError if the channels differ; ValueError if norm has no running statistics.
template <class T, std::size_t rank>
void fold_batch_norm(Conv<T, rank>& layer, const BatchNorm<T, rank>& norm);
template <class T>
void fold_batch_norm(Linear<T>& layer, const BatchNorm<T, 1>& norm);

/// Folds every batch norm that directly follows a convolution or a Linear in a Sequential of the
/// model, which it replaces by an Identity. For inference: training goes on without normalisation.
/// @returns how many. Running statistics are taken as they are now.
template <class T>
std::size_t fold_batch_norms(Module<T>& model);

}  // namespace xg::nn
