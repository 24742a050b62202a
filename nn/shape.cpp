#include "xgrad/nn/shape.hpp"

#include "xgrad/ops/shape.hpp"

namespace xg::nn {

template <class T>
Variable<T> Flatten<T>::forward(const Variable<T>& x) {
  return flatten(x, options_.start_axis, options_.end_axis);
}

template <class T>
Variable<T> Unflatten<T>::forward(const Variable<T>& x) {
  const std::size_t axis = normalize_axis("Unflatten", "axis", axis_, x.dimension());
  ShapeRequest shape;
  for (std::size_t i = 0; i < x.dimension(); ++i) {
    if (i != axis) shape.push_back(static_cast<std::ptrdiff_t>(x.shape()[i]));
    if (i == axis)
      for (const std::ptrdiff_t extent : sizes_) shape.push_back(extent);
  }
  return reshape(x, shape);
}
template <class T>
std::string Unflatten<T>::description() const {
  std::string text = "Unflatten(" + std::to_string(axis_) + ", [";
  for (std::size_t i = 0; i < sizes_.size(); ++i)
    text += (i == 0 ? "" : ", ") + std::to_string(sizes_[i]);
  return text + "])";
}

template <class T>
Upsample<T>::Upsample(UpsampleLayerOptions options) : options_(std::move(options)) {
  const bool factor = options_.scale_factor > 0, size = !options_.size.empty();
  require<ValueError>(factor != size && options_.scale_factor >= 0, "Upsample", "options",
                      "have a size or a scale_factor > 0", factor ? "both" : "neither");
}
template <class T>
Variable<T> Upsample<T>::forward(const Variable<T>& x) {
  Shape size = options_.size;
  if (size.empty())
    for (std::size_t i = 2; i < x.dimension(); ++i)
      size.push_back(
          static_cast<std::size_t>(static_cast<double>(x.shape()[i]) * options_.scale_factor));
  return upsample(x, size, {.mode = options_.mode, .align_corners = options_.align_corners});
}
template <class T>
std::string Upsample<T>::description() const {
  return "Upsample(" +
         (options_.size.empty() ? number_text(options_.scale_factor) : to_string(options_.size)) +
         (options_.mode == UpsampleMode::nearest ? ", nearest)" : ", linear)");
}

#define XG_INSTANTIATE(T)      \
  template class Flatten<T>;   \
  template class Unflatten<T>; \
  template class Upsample<T>;
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg::nn
