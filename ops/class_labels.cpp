#include "xgrad/ops/class_labels.hpp"

#include "xgrad/ops/arithmetic.hpp"
#include "xgrad/ops/gather.hpp"
#include "xgrad/ops/shape.hpp"

namespace xg {
namespace detail {

Shape label_shape(const Shape& x) {
  Shape shape = x;
  shape.erase(shape.begin() + (x.size() == 1 ? 0 : 1));
  return shape;
}

void check_labels(const char* op, const Shape& x, const IndexArray& labels,
                  std::optional<std::int64_t> ignored) {
  require<ShapeError>(!x.empty(), op, "x", "have shape [N, C], [C] or [N, C, ...]", x);
  const Shape expected = label_shape(x);
  require<ShapeError>(labels.shape() == expected, op, "labels",
                      "have shape " + to_string(expected) + " for x " + to_string(x),
                      labels.shape());
  const auto classes = static_cast<std::int64_t>(x[x.size() == 1 ? 0 : 1]);
  for (const std::int64_t label : labels.storage())
    require<ValueError>((label >= 0 && label < classes) || label == ignored, op, "labels",
                        "be in [0, " + std::to_string(classes) + ")", label);
}

template <class T>
Variable<T> classes_last(const Variable<T>& x) {
  if (x.dimension() == 2) return x;
  if (x.dimension() == 1) return unsqueeze(x, 0);
  SmallVector<std::ptrdiff_t> order{0};
  for (std::size_t axis = 2; axis < x.dimension(); ++axis)
    order.push_back(static_cast<std::ptrdiff_t>(axis));
  order.push_back(1);
  const std::size_t classes = x.shape()[1];
  const std::size_t rows = element_count(label_shape(x.shape()));
  return reshape(permute(x, order), Shape{rows, classes});
}

template <class T>
Variable<T> pick(const Variable<T>& x, const IndexArray& labels, std::int64_t ignored) {
  IndexArray index(Shape{labels.size(), 1});
  for (std::size_t i = 0; i < labels.size(); ++i)
    index.data()[i] = labels.data()[i] == ignored ? 0 : labels.data()[i];
  return reshape(gather(x, 1, index), Shape{labels.size()});
}

template <class T>
ClassWeights<T> class_weights(const char* op, const std::vector<double>& weight,
                              const IndexArray& labels, std::int64_t ignored, std::size_t classes) {
  require<ShapeError>(weight.empty() || weight.size() == classes, op, "weight",
                      "have one entry a class, " + std::to_string(classes), weight.size());
  ClassWeights<T> result{empty_array<T>({labels.size()}), empty_array<T>({classes})};
  const auto of_class = [&](std::size_t c) { return weight.empty() ? 1 : weight[c]; };
  for (std::size_t c = 0; c < classes; ++c) result.all.data()[c] = static_cast<T>(of_class(c));
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const std::int64_t label = labels.data()[i];
    const double w = label == ignored ? 0 : of_class(static_cast<std::size_t>(label));
    result.of_labels.data()[i] = static_cast<T>(w);
    result.total += w;
  }
  return result;
}

#define XG_INSTANTIATE(T)                                                         \
  template Variable<T> classes_last(const Variable<T>&);                          \
  template Variable<T> pick(const Variable<T>&, const IndexArray&, std::int64_t); \
  template ClassWeights<T> class_weights(const char*, const std::vector<double>&, \
                                         const IndexArray&, std::int64_t, std::size_t);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace detail
}  // namespace xg
