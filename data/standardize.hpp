#pragma once

#include <vector>

#include <xgrad/core/array.hpp>

namespace xg::data {

/// Mean and standard deviation of each channel.
struct ChannelStatistics {
  std::vector<double> mean;
  std::vector<double> deviation;  ///< of the population: divided by the count
};

/// Over all pixels of all images; 0 and 1 where there are none.
///
/// @param images  [count, channels, height, width].
/// @throws ShapeError if images is not of rank 4.
template <class T>
ChannelStatistics channel_statistics(const Array<T>& images);

/// x <- (x - mean) / deviation, channel by channel; a constant channel becomes 0. Use the training
/// set's figures for both sets.
///
/// @param images  [count, channels, height, width], changed in place.
/// @throws ShapeError for another rank or number of channels.
template <class T>
void standardize(Array<T>& images, const ChannelStatistics& statistics);

/// The way back: x <- x * deviation + mean, for pictures of standardised images.
template <class T>
void unstandardize(Array<T>& images, const ChannelStatistics& statistics);

}  // namespace xg::data
