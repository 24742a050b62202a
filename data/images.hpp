#pragma once

#include <cstdint>

#include <xgrad/core/array.hpp>
#include <xgrad/core/random.hpp>

namespace xg::data {

/// Images and the class of each.
///
///   images  [count, channels, height, width]  grey values or colours in [0, 1]
///   labels  [count]                           classes, 0 and up
template <class T>
struct LabelledImages {
  Array<T> images;
  IndexArray labels;

  std::size_t size() const { return labels.size(); }
};

/// Two sets without a common example.
template <class T>
struct Split {
  LabelledImages<T> train;
  LabelledImages<T> test;
};

/// The examples at these rows, in this order; rows may repeat.
///
/// @throws ShapeError if rows is not of rank 1, ValueError if a row is outside [0, size).
template <class T>
LabelledImages<T> take(const LabelledImages<T>& from, const IndexArray& rows);

/// Shuffles by the seed, then puts round(test_fraction * size) examples into `test`, the others
/// into `train`. The same seed gives the same split.
///
/// @param test_fraction  in [0, 1].
/// @throws ValueError if test_fraction is outside its range.
template <class T>
Split<T> split(const LabelledImages<T>& from, double test_fraction, std::uint64_t seed);

/// Moves every image of a batch by up to `reach` pixels up or down and left or right, drawn for
/// each image alone; what enters is 0. A cheap augmentation for centred digits.
///
/// @param images  [count, channels, height, width], changed in place.
/// @throws ShapeError if images is not of rank 4, ValueError if reach < 0.
template <class T>
void random_shift(Array<T>& images, std::int64_t reach, Generator& generator);

/// Mirrors each image of a batch, left to right, with probability 1/2, drawn for each alone.
///
/// @param images  [count, channels, height, width], changed in place.
/// @throws ShapeError if images is not of rank 4.
template <class T>
void random_flip(Array<T>& images, Generator& generator);

}  // namespace xg::data
