// Examples of what moves, picks, reduces and draws elements. Values: PyTorch 2.15 in double.
#include <xgrad/xgrad.hpp>

#include "ops/example.hpp"

XG_EXAMPLE(reshape, {{3, 2}, {1, 2, 3, 4, 5, 6}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2, 3}, {4, 5, 6}});
  return reshape(x, {3, -1});
}

XG_EXAMPLE(flatten, {{6}, {1, 2, 3, 4, 5, 6}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2, 3}, {4, 5, 6}});
  return flatten(x);
}

XG_EXAMPLE(squeeze, {{3}, {1, 2, 3}}) {
  const xg::Variable<double> x(xg::Array<double>{1, 2, 3});
  return squeeze(reshape(x, {1, 3, 1}));
}

XG_EXAMPLE(unsqueeze, {{3, 1}, {1, 2, 3}}) {
  const xg::Variable<double> x(xg::Array<double>{1, 2, 3});
  return unsqueeze(x, 1);
}

XG_EXAMPLE(permute, {{2, 2, 2}, {1, 3, 5, 7, 2, 4, 6, 8}}) {
  const xg::Variable<double> x(xg::Array<double>{{{1, 2}, {3, 4}}, {{5, 6}, {7, 8}}});
  return permute(x, {2, 0, 1});
}

XG_EXAMPLE(transpose, {{3, 2}, {1, 4, 2, 5, 3, 6}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2, 3}, {4, 5, 6}});
  return transpose(x);
}

XG_EXAMPLE(swapaxes, {{3, 2}, {1, 4, 2, 5, 3, 6}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2, 3}, {4, 5, 6}});
  return swapaxes(x, 0, 1);
}

XG_EXAMPLE(expand, {{2, 3}, {1, 2, 3, 1, 2, 3}}) {
  const xg::Variable<double> x(xg::Array<double>{1, 2, 3});
  return expand(x, {2, -1});
}

XG_EXAMPLE(movedim, {{2, 2, 2}, {1, 5, 2, 6, 3, 7, 4, 8}}) {
  const xg::Variable<double> x(xg::Array<double>{{{1, 2}, {3, 4}}, {{5, 6}, {7, 8}}});
  return movedim(x, 0, -1);
}

XG_EXAMPLE(moveaxis, {{2, 2, 2}, {1, 3, 5, 7, 2, 4, 6, 8}}) {
  const xg::Variable<double> x(xg::Array<double>{{{1, 2}, {3, 4}}, {{5, 6}, {7, 8}}});
  return moveaxis(x, {0, 1}, {1, 2});
}

XG_EXAMPLE(slice, {{2}, {4, 5}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2, 3}, {4, 5, 6}});
  return slice(x, 1, xt::range(0, 2));  // x[1, 0:2]
}

XG_EXAMPLE(slice, {{2, 2}, {3, 1, 6, 4}}) {
  using namespace xt::placeholders;
  const xg::Variable<double> x(xg::Array<double>{{1, 2, 3}, {4, 5, 6}});
  return slice(x, xt::all(), xt::range(_, _, -2));  // x[:, ::-2]
}

XG_EXAMPLE(select, {{2}, {3, 6}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2, 3}, {4, 5, 6}});
  return select(x, 1, -1);
}

XG_EXAMPLE(concat, {{2, 4}, {1, 2, 5, 6, 3, 4, 7, 8}}) {
  const xg::Variable<double> a(xg::Array<double>{{1, 2}, {3, 4}});
  const xg::Variable<double> b(xg::Array<double>{{5, 6}, {7, 8}});
  return concat(xg::Variables<double>{a, b}, 1);
}

XG_EXAMPLE(stack, {{2, 2}, {1, 3, 2, 4}}) {
  const xg::Variable<double> a(xg::Array<double>{1, 2}), b(xg::Array<double>{3, 4});
  return stack(xg::Variables<double>{a, b}, 1);
}

XG_EXAMPLE(split, {{2, 1}, {1, 4}}, {{2, 2}, {2, 3, 5, 6}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2, 3}, {4, 5, 6}});
  const auto parts = split(x, {1, 2}, 1);
  return {parts[0], parts[1]};
}

XG_EXAMPLE(chunk, {{3}, {1, 2, 3}}, {{2}, {4, 5}}) {
  const xg::Variable<double> x(xg::Array<double>{1, 2, 3, 4, 5});
  const auto parts = chunk(x, 2);
  return {parts[0], parts[1]};
}

XG_EXAMPLE(unbind, {{3}, {1, 2, 3}}, {{3}, {4, 5, 6}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2, 3}, {4, 5, 6}});
  const auto rows = unbind(x);
  return {rows[0], rows[1]};
}

XG_EXAMPLE(gather, {{2, 2}, {1, 3, 5, 5}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2, 3}, {4, 5, 6}});
  const xg::IndexArray columns{{0, 2}, {1, 1}};
  return gather(x, 1, columns);
}

XG_EXAMPLE(scatter_add, {{2, 3}, {1, 0, 2, 0, 7, 0}}) {
  const xg::Variable<double> zeros(xg::full_array<double>({2, 3}, 0));
  const xg::Variable<double> y(xg::Array<double>{{1, 2}, {3, 4}});
  const xg::IndexArray columns{{0, 2}, {1, 1}};
  return scatter_add(zeros, 1, columns, y);
}

XG_EXAMPLE(scatter, {{2, 3}, {1, 0, 2, 0, 4, 3}}) {
  const xg::Variable<double> zeros(xg::full_array<double>({2, 3}, 0));
  const xg::Variable<double> y(xg::Array<double>{{1, 2}, {3, 4}});
  const xg::IndexArray columns{{0, 2}, {2, 1}};
  return scatter(zeros, 1, columns, y);
}

XG_EXAMPLE(take_along_axis, {{2, 3}, {1, 2, 3, 4, 5, 6}}) {
  const xg::Variable<double> x(xg::Array<double>{{3, 1, 2}, {4, 6, 5}});
  return take_along_axis(x, argsort(x, 1), 1);
}

XG_EXAMPLE(take_along_dim, {{2, 2}, {2, 3, 5, 4}}) {
  const xg::Variable<double> x(xg::Array<double>{{3, 1, 2}, {4, 6, 5}});
  const xg::IndexArray columns{{2, 0}, {2, 0}};
  return take_along_dim(x, columns, 1);
}

XG_EXAMPLE(index_select, {{3, 3}, {4, 5, 6, 1, 2, 3, 4, 5, 6}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2, 3}, {4, 5, 6}});
  return index_select(x, 0, xg::IndexArray{1, 0, 1});
}

XG_EXAMPLE(index_add, {{2, 3}, {41, 2, 23, 104, 5, 56}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2, 3}, {4, 5, 6}});
  const xg::Variable<double> y(xg::Array<double>{{10, 20, 30}, {40, 50, 60}});
  return index_add(x, 1, xg::IndexArray{0, 2, 0}, y);
}

XG_EXAMPLE(index, {{3}, {3, 4, 6}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2, 3}, {4, 5, 6}});
  const xg::IndexArray rows{0, 1, 1}, columns{2, 0, -1};
  return index(x, {rows, columns});
}

XG_EXAMPLE(one_hot, {{3, 3}, {0, 1, 0, 1, 0, 0, 0, 0, 1}}) {
  const xg::IndexArray labels{1, 0, 2};
  return xg::one_hot(labels, 3);
}

XG_EXAMPLE(masked_select, {{4}, {1, 3, 5, 6}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, -2, 3}, {-4, 5, 6}});
  return masked_select(x, gt(x, 0));
}

XG_EXAMPLE(masked_fill, {{2, 3}, {-1, 2, -1, -1, 5, -1}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2, 3}, {4, 5, 6}});
  const xg::Array<bool> columns{true, false, true};
  return masked_fill(x, columns, -1);
}

XG_EXAMPLE(flip, {{2, 3}, {3, 2, 1, 6, 5, 4}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2, 3}, {4, 5, 6}});
  return flip(x, 1);
}

XG_EXAMPLE(roll, {{2, 3}, {3, 1, 2, 6, 4, 5}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2, 3}, {4, 5, 6}});
  return roll(x, 1, -1);
}

XG_EXAMPLE(tile, {{2, 4}, {1, 2, 1, 2, 3, 4, 3, 4}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2}, {3, 4}});
  return tile(x, {1, 2});
}

XG_EXAMPLE(repeat, {{4, 2}, {1, 2, 3, 4, 1, 2, 3, 4}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2}, {3, 4}});
  return repeat(x, {2, 1});
}

XG_EXAMPLE(repeat_interleave, {{2, 4}, {1, 1, 2, 2, 3, 3, 4, 4}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2}, {3, 4}});
  return repeat_interleave(x, 2, 1);
}

XG_EXAMPLE(repeat_interleave, {{2, 3}, {1, 1, 3, 4, 4, 6}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2, 3}, {4, 5, 6}});
  return repeat_interleave(x, xg::IndexArray{2, 0, 1}, 1);
}

XG_EXAMPLE(meshgrid, {{2, 3}, {1, 1, 1, 2, 2, 2}}, {{2, 3}, {3, 4, 5, 3, 4, 5}}) {
  const xg::Variable<double> rows(xg::Array<double>{1, 2}), columns(xg::Array<double>{3, 4, 5});
  const auto grid = meshgrid(xg::Variables<double>{rows, columns});
  return {grid[0], grid[1]};
}

XG_EXAMPLE(diagonal, {{2}, {2, 6}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2, 3}, {4, 5, 6}});
  return diagonal(x, 1);
}

XG_EXAMPLE(diag, {{2, 2}, {1, 0, 0, 2}}) {
  const xg::Variable<double> x(xg::Array<double>{1, 2});
  return diag(x);
}

XG_EXAMPLE(tril, {{2, 3}, {1, 0, 0, 4, 5, 0}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2, 3}, {4, 5, 6}});
  return tril(x);
}

XG_EXAMPLE(triu, {{2, 3}, {0, 2, 3, 0, 0, 6}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2, 3}, {4, 5, 6}});
  return triu(x, 1);
}
