#include "xgrad/data/standardize.hpp"

#include <cmath>

#include "xgrad/core/error.hpp"

namespace xg::data {
namespace {

/// Calls f(channel, first, last) for each plane of pixels.
template <class A, class F>
void for_each_plane(A& images, const F& f) {
  const std::size_t channels = images.shape()[1];
  const std::size_t plane = images.shape()[2] * images.shape()[3];
  for (std::size_t i = 0; i < images.shape()[0] * channels; ++i) {
    f(i % channels, images.data() + i * plane, images.data() + (i + 1) * plane);
  }
}

template <class T>
void check(const char* op, const Array<T>& images, const ChannelStatistics& statistics) {
  require_rank(op, "images", images.shape(), 4);
  require<ShapeError>(statistics.mean.size() == images.shape()[1] &&
                          statistics.deviation.size() == images.shape()[1],
                      op, "statistics", "be of " + number_text(images.shape()[1]) + " channels",
                      statistics.mean.size());
}

/// x <- scale * x + offset by channel.
template <class T>
void transform(Array<T>& images, const std::vector<double>& scale,
               const std::vector<double>& offset) {
  for_each_plane(images, [&](std::size_t channel, T* first, T* last) {
    const T factor = static_cast<T>(scale[channel]), shift = static_cast<T>(offset[channel]);
    for (T* x = first; x != last; ++x) *x = *x * factor + shift;
  });
}

}  // namespace

template <class T>
ChannelStatistics channel_statistics(const Array<T>& images) {
  require_rank("channel_statistics", "images", images.shape(), 4);
  const std::size_t channels = images.shape()[1];
  ChannelStatistics result{std::vector<double>(channels, 0.), std::vector<double>(channels, 1.)};
  if (images.size() == 0) return result;
  const auto count = static_cast<double>(images.size() / channels);
  for_each_plane(images, [&](std::size_t channel, const T* first, const T* last) {
    for (const T* x = first; x != last; ++x) result.mean[channel] += static_cast<double>(*x);
  });
  for (double& mean : result.mean) mean /= count;
  std::vector<double> squares(channels, 0.);
  // The second pass: a difference of large sums would lose the digits of a small deviation.
  for_each_plane(images, [&](std::size_t channel, const T* first, const T* last) {
    for (const T* x = first; x != last; ++x) {
      const double distance = static_cast<double>(*x) - result.mean[channel];
      squares[channel] += distance * distance;
    }
  });
  for (std::size_t i = 0; i < channels; ++i) result.deviation[i] = std::sqrt(squares[i] / count);
  return result;
}

template <class T>
void standardize(Array<T>& images, const ChannelStatistics& statistics) {
  check("standardize", images, statistics);
  std::vector<double> scale, offset;
  for (std::size_t i = 0; i < statistics.mean.size(); ++i) {
    const double deviation = statistics.deviation[i];
    scale.push_back(deviation > 0 ? 1 / deviation : 0);
    offset.push_back(-statistics.mean[i] * scale[i]);
  }
  transform(images, scale, offset);
}

template <class T>
void unstandardize(Array<T>& images, const ChannelStatistics& statistics) {
  check("unstandardize", images, statistics);
  transform(images, statistics.deviation, statistics.mean);
}

#define XGRAD_INSTANTIATE(T)                                      \
  template ChannelStatistics channel_statistics(const Array<T>&); \
  template void standardize(Array<T>&, const ChannelStatistics&); \
  template void unstandardize(Array<T>&, const ChannelStatistics&);
XGRAD_INSTANTIATE(float)
XGRAD_INSTANTIATE(double)
#undef XGRAD_INSTANTIATE

}  // namespace xg::data
