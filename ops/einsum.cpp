#include "xgrad/ops/einsum.hpp"

#include <algorithm>

#include "xgrad/ops/diagonal.hpp"
#include "xgrad/ops/einsum_equation.hpp"
#include "xgrad/ops/reduce.hpp"
#include "xgrad/ops/shape.hpp"

namespace xg {

using detail::Labels;

namespace {

template <class T>
struct LabelledOperand {
  Variable<T> x;
  Labels labels;  // one an axis of x
};

bool has(const Labels& labels, int label) {
  return std::find(labels.begin(), labels.end(), label) != labels.end();
}
std::ptrdiff_t place(const Labels& labels, int label) {
  return std::find(labels.begin(), labels.end(), label) - labels.begin();
}
Labels joined(Labels first, const Labels& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}
template <class Keep>
Labels filtered(const Labels& labels, Keep keep) {
  Labels result;
  std::copy_if(labels.begin(), labels.end(), std::back_inserter(result), keep);
  return result;
}

template <class T>
std::size_t extent(const LabelledOperand<T>& term, int label) {
  return term.x.shape()[static_cast<std::size_t>(place(term.labels, label))];
}
template <class T>
Shape extents(const LabelledOperand<T>& term, const Labels& labels) {
  Shape shape;
  for (const int label : labels) shape.push_back(extent(term, label));
  return shape;
}

/// The term with its axes in another order.
template <class T>
LabelledOperand<T> arranged(const LabelledOperand<T>& term, const Labels& order) {
  if (term.labels == order) return term;
  SmallVector<std::ptrdiff_t> axes;
  for (const int label : order) axes.push_back(place(term.labels, label));
  return {permute(term.x, Axes(axes)), order};
}

/// Of a label that occurs twice the diagonal, as the last axis.
template <class T>
LabelledOperand<T> with_diagonal(const LabelledOperand<T>& term, std::size_t first,
                                 std::size_t second) {
  const Shape& shape = term.x.shape();
  const int label = term.labels[first];
  require<ShapeError>(shape[first] == shape[second], "einsum", "an operand",
                      "have equal extents where it repeats " + detail::label_text(label), shape);
  Labels labels;
  for (std::size_t i = 0; i < shape.size(); ++i)
    if (i != first && i != second) labels.push_back(term.labels[i]);
  labels.push_back(label);
  return {
      diagonal(term.x, 0, static_cast<std::ptrdiff_t>(first), static_cast<std::ptrdiff_t>(second)),
      labels};
}

/// Each label once, and no axis that only broadcasts.
template <class T>
LabelledOperand<T> simplified(const LabelledOperand<T>& term, const detail::Equation& e) {
  for (std::size_t i = 0; i < term.labels.size(); ++i)
    for (std::size_t j = i + 1; j < term.labels.size(); ++j)
      if (term.labels[i] == term.labels[j]) return simplified(with_diagonal(term, i, j), e);
  const Labels kept =
      filtered(term.labels, [&](int label) { return extent(term, label) == e.extents.at(label); });
  return kept == term.labels ? term
                             : LabelledOperand<T>{reshape(term.x, extents(term, kept)), kept};
}

/// Summed over the labels that are needed nowhere else.
template <class T>
LabelledOperand<T> summed(const LabelledOperand<T>& term, const Labels& needed) {
  SmallVector<std::ptrdiff_t> gone;
  for (const int label : term.labels)
    if (!has(needed, label)) gone.push_back(place(term.labels, label));
  if (gone.empty()) return term;
  return {sum(term.x, Axes(gone)), filtered(term.labels, [&](int l) { return has(needed, l); })};
}

/// How the labels of a pair of terms take part in its product.
struct Roles {
  Labels batch, summed, left, right;
};
template <class T>
Roles roles(const LabelledOperand<T>& a, const LabelledOperand<T>& b, const Labels& needed) {
  // The larger one's order of axes, so that it need not be copied.
  const Labels& leading = a.x.size() >= b.x.size() ? a.labels : b.labels;
  const auto shared = [&](int label) { return has(a.labels, label) && has(b.labels, label); };
  return {filtered(leading, [&](int l) { return shared(l) && has(needed, l); }),
          filtered(leading, [&](int l) { return shared(l) && !has(needed, l); }),
          filtered(a.labels, [&](int l) { return !has(b.labels, l); }),
          filtered(b.labels, [&](int l) { return !has(a.labels, l); })};
}

/// x [batch, rows, columns] (without batch [rows, columns]), or transposed if it is stored so.
template <class T>
std::pair<Variable<T>, bool> as_matrices(const LabelledOperand<T>& x, const Labels& batch,
                                         const Labels& rows, const Labels& columns) {
  const bool transposed = x.labels == joined(joined(batch, columns), rows);
  const Labels& first = transposed ? columns : rows;
  const Labels& second = transposed ? rows : columns;
  const LabelledOperand<T> y = arranged(x, joined(joined(batch, first), second));
  Shape shape;
  if (!batch.empty()) shape.push_back(element_count(extents(x, batch)));
  shape.push_back(element_count(extents(x, first)));
  shape.push_back(element_count(extents(x, second)));
  return {reshape(y.x, shape), transposed};
}

/// The axes of `labels` in order, of extent 1 where the term lacks them.
template <class T>
Variable<T> stretched(const LabelledOperand<T>& term, const Labels& labels) {
  const LabelledOperand<T> ordered =
      arranged(term, filtered(labels, [&](int label) { return has(term.labels, label); }));
  Shape shape;
  for (const int label : labels)
    shape.push_back(has(term.labels, label) ? extent(term, label) : std::size_t{1});
  return reshape(ordered.x, shape);
}

template <class T>
LabelledOperand<T> contracted(const LabelledOperand<T>& a, const LabelledOperand<T>& b,
                              const Labels& needed) {
  const Roles r = roles(a, b, needed);
  const Labels result = joined(joined(r.batch, r.left), r.right);
  if (r.summed.empty()) return {stretched(a, result) * stretched(b, result), result};
  if (r.left.empty() && r.right.empty() && !r.batch.empty()) {
    SmallVector<std::ptrdiff_t> last;
    for (std::size_t i = 0; i < r.summed.size(); ++i)
      last.push_back(static_cast<std::ptrdiff_t>(r.batch.size() + i));
    const Labels all = joined(r.batch, r.summed);
    return {sum(arranged(a, all).x * arranged(b, all).x, Axes(last)), result};
  }
  const auto [left, left_transposed] = as_matrices(a, r.batch, r.left, r.summed);
  const auto [right, right_transposed] = as_matrices(b, r.batch, r.summed, r.right);
  Shape shape = extents(a, joined(r.batch, r.left));
  for (const std::size_t n : extents(b, r.right)) shape.push_back(n);
  return {reshape(detail::product(left, right, left_transposed, right_transposed), shape), result};
}

/// What the result or a term other than i and j names.
template <class T>
Labels needed_beside(const std::vector<LabelledOperand<T>>& terms, const Labels& result,
                     std::size_t i, std::size_t j) {
  Labels needed = result;
  for (std::size_t k = 0; k < terms.size(); ++k)
    if (k != i && k != j) needed = joined(needed, terms[k].labels);
  return needed;
}

/// The pair whose product grows least beyond what it replaces.
template <class T>
std::pair<std::size_t, std::size_t> best_pair(const std::vector<LabelledOperand<T>>& terms,
                                              const detail::Equation& e) {
  std::pair<std::size_t, std::size_t> best{0, 1};
  double least = 0;
  for (std::size_t i = 0; i < terms.size(); ++i)
    for (std::size_t j = i + 1; j < terms.size(); ++j) {
      const Roles r = roles(terms[i], terms[j], needed_beside(terms, e.result, i, j));
      double size = 1;
      for (const int label : joined(joined(r.batch, r.left), r.right))
        size *= static_cast<double>(e.extents.at(label));
      size -= static_cast<double>(terms[i].x.size()) + static_cast<double>(terms[j].x.size());
      if ((i == 0 && j == 1) || size < least) {
        least = size;
        best = {i, j};
      }
    }
  return best;
}

}  // namespace

template <Element T>
Variable<T> einsum(std::string_view equation, const Variables<T>& xs) {
  std::vector<Shape> shapes;
  for (const Variable<T>& x : xs) shapes.push_back(x.shape());
  const detail::Equation e = detail::read_equation(equation, shapes);
  std::vector<LabelledOperand<T>> terms;
  for (std::size_t i = 0; i < xs.size(); ++i)
    terms.push_back(simplified(LabelledOperand<T>{xs[i], e.operands[i]}, e));
  for (std::size_t i = 0; i < terms.size(); ++i)
    terms[i] = summed(terms[i], needed_beside(terms, e.result, i, i));
  while (terms.size() > 1) {
    const auto [i, j] = best_pair(terms, e);
    LabelledOperand<T> next = contracted(terms[i], terms[j], needed_beside(terms, e.result, i, j));
    terms.erase(terms.begin() + static_cast<std::ptrdiff_t>(j));
    terms[i] = std::move(next);
  }
  return arranged(terms[0], e.result).x;
}

template Variable<float> einsum(std::string_view, const Variables<float>&);
template Variable<double> einsum(std::string_view, const Variables<double>&);

}  // namespace xg
