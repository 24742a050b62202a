#pragma once

#include <xgrad/data/images.hpp>

namespace xg::data {

/// 1,797 hand-written digits of 8 x 8 pixels, part of the library: nothing is read from disk.
///
///   images  [1797, 1, 8, 8]  multiples of 1/16 in [0, 1]
///   labels  [1797]           0 to 9; 174 to 183 of each
///
///   auto [train, test] = xg::data::split(xg::data::digits<float>(), 0.2, /*seed=*/1);
///
/// Source: E. Alpaydin, C. Kaynak, Optical Recognition of Handwritten Digits (test part), UCI
/// Machine Learning Repository, 1998, CC BY 4.0.
template <class T = float>
LabelledImages<T> digits();

}  // namespace xg::data
