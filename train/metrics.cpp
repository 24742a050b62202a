#include "xgrad/train/metrics.hpp"

#include "xgrad/core/error.hpp"

namespace xg::train {
namespace {

void check_pair(const char* op, const IndexArray& predicted, const IndexArray& labels) {
  require_rank(op, "labels", labels.shape(), 1);
  require_rank(op, "predicted", predicted.shape(), 1);
  require_equal(op, "predicted.shape[0]", predicted.size(), "labels.shape[0]", labels.size(),
                predicted.shape(), labels.shape());
}

}  // namespace

template <class T>
IndexArray predicted_classes(const Array<T>& scores) {
  require_rank("predicted_classes", "scores", scores.shape(), 2);
  const std::size_t count = scores.shape()[0], classes = scores.shape()[1];
  require<ShapeError>(classes > 0, "predicted_classes", "scores", "have classes",
                      Shape(scores.shape()));
  auto best = IndexArray::from_shape({count});
  for (std::size_t i = 0; i < count; ++i) {
    const T* row = scores.data() + i * classes;
    std::size_t at = 0;
    for (std::size_t j = 1; j < classes; ++j) {
      const bool at_is_nan = !(row[at] == row[at]);
      if (row[j] > row[at] || (at_is_nan && row[j] == row[j])) at = j;
    }
    best.data()[i] = static_cast<std::int64_t>(at);
  }
  return best;
}

double accuracy(const IndexArray& predicted, const IndexArray& labels) {
  check_pair("accuracy", predicted, labels);
  std::size_t right = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    right += predicted.data()[i] == labels.data()[i] ? 1 : 0;
  }
  return labels.size() == 0 ? 0 : static_cast<double>(right) / static_cast<double>(labels.size());
}

IndexArray confusion_matrix(const IndexArray& predicted, const IndexArray& labels,
                            std::int64_t classes) {
  check_pair("confusion_matrix", predicted, labels);
  require<ValueError>(classes >= 1, "confusion_matrix", "classes", "be >= 1", classes);
  const auto edge = static_cast<std::size_t>(classes);
  IndexArray counts(Shape{edge, edge}, 0);
  const auto check = [&](const char* argument, std::int64_t value) {
    require<ValueError>(value >= 0 && value < classes, "confusion_matrix", argument,
                        "be in [0, " + number_text(classes) + ")", value);
  };
  for (std::size_t i = 0; i < labels.size(); ++i) {
    check("every label", labels.data()[i]);
    check("every predicted class", predicted.data()[i]);
    ++counts.data()[labels.data()[i] * classes + predicted.data()[i]];
  }
  return counts;
}

template IndexArray predicted_classes(const Array<float>&);
template IndexArray predicted_classes(const Array<double>&);

}  // namespace xg::train
