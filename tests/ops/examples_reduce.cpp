// Examples of reductions, scans, sorting and random numbers. Values: PyTorch 2.15 in double; random
// ones are such that chance does not matter.
#include <xgrad/xgrad.hpp>

#include "ops/example.hpp"

XG_EXAMPLE(amax, {{3}, {1, 2, 3}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2, -1}, {0.5, -2, 3}});
  return amax(x, 0);
}

XG_EXAMPLE(amin, {{}, {-2}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2, -1}, {0.5, -2, 3}});
  return amin(x, {0, 1});
}

XG_EXAMPLE(max, {{2}, {2, 3}}, {{2}, {1, 2}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2, -1}, {0.5, -2, 3}});
  const auto [values, indices] = max(x, 1);
  return {values, indices};
}

XG_EXAMPLE(max, {{}, {3}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2, -1}, {0.5, -2, 3}});
  return max(x);
}

XG_EXAMPLE(argmax, {{2}, {1, 2}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2, -1}, {0.5, -2, 3}});
  return argmax(x, 1);
}

XG_EXAMPLE(argmax, {{}, {5}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2, -1}, {0.5, -2, 3}});
  return argmax(x);  // counted through all elements
}

XG_EXAMPLE(argmin, {{1, 3}, {1, 1, 0}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2, -1}, {0.5, -2, 3}});
  return argmin(x, 0, {.keepdims = true});
}

XG_EXAMPLE(min, {{1, 3}, {0.5, -2, -1}}, {{1, 3}, {1, 1, 0}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2, -1}, {0.5, -2, 3}});
  const auto [values, indices] = min(x, 0, {.keepdims = true});
  return {values, indices};
}

XG_EXAMPLE(prod, {{2}, {-2, -3}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2, -1}, {0.5, -2, 3}});
  return prod(x, 1);
}

XG_EXAMPLE(norm, {{2}, {5, 13}}) {
  const xg::Variable<double> x(xg::Array<double>{{3, 4}, {-5, 12}});
  return norm(x, 2, 1);
}

XG_EXAMPLE(softmax, {{2, 3},
                     {0.25949646034241913, 0.7053845126982412, 0.03511902695933973,
                      0.07538874796299667, 0.006188285272800034, 0.9184229667642032}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2, -1}, {0.5, -2, 3}});
  return softmax(x, 1);
}

XG_EXAMPLE(softmin, {{2, 3},
                     {0.11419519938459449, 0.04201006613406605, 0.8437947344813395,
                      0.07538874796299669, 0.9184229667642034, 0.006188285272800036}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2, -1}, {0.5, -2, 3}});
  return softmin(x, 1);
}

XG_EXAMPLE(log_softmax, {{2, 3},
                         {-1.3490122167681864, -0.34901221676818633, -3.349012216768186,
                          -2.58509724636431, -5.0850972463643105, -0.08509724636431015}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2, -1}, {0.5, -2, 3}});
  return log_softmax(x, 1);
}

XG_EXAMPLE(logsumexp, {{2, 1}, {2.349012216768186, 3.08509724636431}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2, -1}, {0.5, -2, 3}});
  return logsumexp(x, 1, {.keepdims = true});
}

XG_EXAMPLE(cumsum, {{2, 3}, {1, 3, 2, 0.5, -1.5, 1.5}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2, -1}, {0.5, -2, 3}});
  return cumsum(x, 1);
}

XG_EXAMPLE(cumprod, {{2, 3}, {1, 2, -2, 0.5, -1, -3}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2, -1}, {0.5, -2, 3}});
  return cumprod(x, 1);
}

XG_EXAMPLE(logcumsumexp, {{3}, {1, 2.313261687518223, 2.3490122167681866}}) {
  const xg::Variable<double> x(xg::Array<double>{1, 2, -1});
  return logcumsumexp(x, 0);
}

XG_EXAMPLE(cummax, {{4}, {1, 2, 2, 3}}, {{4}, {0, 1, 1, 3}}) {
  const xg::Variable<double> x(xg::Array<double>{1, 2, -1, 3});
  const auto [values, indices] = cummax(x, 0);
  return {values, indices};
}

XG_EXAMPLE(cummin, {{4}, {1, 1, -1, -1}}, {{4}, {0, 0, 2, 2}}) {
  const xg::Variable<double> x(xg::Array<double>{1, 2, -1, 3});
  const auto [values, indices] = cummin(x, 0);
  return {values, indices};
}

XG_EXAMPLE(sort, {{2, 3}, {-1, 1, 2, -2, 0.5, 3}}, {{2, 3}, {2, 0, 1, 1, 0, 2}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2, -1}, {0.5, -2, 3}});
  const auto [values, indices] = sort(x, 1);
  return {values, indices};
}

XG_EXAMPLE(argsort, {{4}, {3, 1, 0, 2}}) {
  const xg::Variable<double> x(xg::Array<double>{1, 2, -1, 3});
  return argsort(x, 0, true);  // descending
}

XG_EXAMPLE(topk, {{2, 2}, {2, 1, 3, 0.5}}, {{2, 2}, {1, 0, 2, 0}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2, -1}, {0.5, -2, 3}});
  const auto [values, indices] = topk(x, 2);
  return {values, indices};
}

XG_EXAMPLE(median, {{2}, {1, 0.5}}, {{2}, {0, 0}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2, -1}, {0.5, -2, 3}});
  const auto [values, indices] = median(x, 1);
  return {values, indices};
}

XG_EXAMPLE(median, {{}, {1}}) {
  const xg::Variable<double> x(xg::Array<double>{1, 2, -1, 3});
  return median(x);
}

XG_EXAMPLE(randn, {{2}, {2, 3}}) {
  xg::Generator generator(7);
  const auto x = xg::randn<double>({2, 3}, generator);
  return x.shape();
}

XG_EXAMPLE(rand, {{}, {1}}) {
  xg::Generator one(7), other(7);  // the same seed, the same numbers
  const auto x = xg::rand<double>({2, 3}, one), y = xg::rand<double>({2, 3}, other);
  return xg::all(eq(x, y));
}

XG_EXAMPLE(normal, {{2, 2}, {1, -2, 1, -2}}) {
  const xg::Variable<double> mean(xg::Array<double>{{1, -2}, {1, -2}});
  const xg::Variable<double> std(xg::Array<double>{0, 0});  // nothing but the mean
  return normal(mean, std);
}

XG_EXAMPLE(uniform, {{3}, {1, 1, 1}}) {
  const xg::Variable<double> low(xg::Array<double>{0, 1, 2}), high = low + 0.5;
  const auto x = uniform(low, high);
  return eq(floor(x), low);
}

XG_EXAMPLE(rrelu, {{2}, {3, -0.75}}) {
  const xg::Variable<double> x(xg::Array<double>{3, -2});
  return rrelu(x, {.lower = 0.25, .upper = 0.5, .training = false});  // the mean slope
}

XG_EXAMPLE(gumbel_softmax, {{2, 2}, {1, 0, 0, 1}}) {
  // So far apart that no noise changes the winner.
  const xg::Variable<double> logits(xg::Array<double>{{500, 0}, {-300, 200}});
  return gumbel_softmax(logits, {.tau = 1, .hard = true});
}

XG_EXAMPLE(dropout, {{}, {1}}) {
  const xg::Variable<double> x(xg::Array<double>{1, -2, 3, 4});
  xg::Generator generator(7);
  const auto y = dropout(x, 0.5, generator);
  return xg::all(eq(y * (y - 2 * x), 0));  // each is 0 or twice x
}

XG_EXAMPLE(dropout, {{3}, {0, 0, 0}}) {
  const xg::Variable<double> x(xg::Array<double>{1, -2, 3});
  return dropout(x, 1);  // all are dropped
}

XG_EXAMPLE(vanilla_dropout, {{3}, {0.25, -0.5, 0.75}}) {
  const xg::Variable<double> x(xg::Array<double>{1, -2, 3});
  return vanilla_dropout(x, {.keep = 0.25, .training = false});  // in use: scaled
}
