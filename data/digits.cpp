#include "xgrad/data/digits.hpp"

#include <iterator>

namespace xg::data {
namespace {

constexpr std::size_t pixels = 64;
constexpr char rows[][pixels + 2] = {
// the pixels, the label, the end of the literal
#include "xgrad/data/assets/digits.inc"
};

}  // namespace

template <class T>
LabelledImages<T> digits() {
  const std::size_t count = std::size(rows);
  LabelledImages<T> set{
      Array<T>::from_shape({count, std::size_t{1}, std::size_t{8}, std::size_t{8}}),
      IndexArray::from_shape({count})};
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = 0; j < pixels; ++j) {
      set.images.data()[i * pixels + j] = static_cast<T>(rows[i][j] - 'a') / 16;
    }
    set.labels.data()[i] = rows[i][pixels] - '0';
  }
  return set;
}

template LabelledImages<float> digits();
template LabelledImages<double> digits();

}  // namespace xg::data
