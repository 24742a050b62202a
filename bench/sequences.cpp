#include "training.hpp"

namespace bench {
namespace {

using xg::Array, xg::Variable, xg::Variables;

Variable<float> zeros(const xg::Shape& shape) {
  return Variable<float>(xg::full_array<float>(shape, 0.F));
}
Variables<float> normals(std::size_t count, const xg::Shape& shape) {
  Variables<float> xs;
  for (std::size_t t = 0; t < count; ++t) xs.push_back(normal(shape));
  return xs;
}

// An LSTM from elementary operations: 32 steps, batch 32, 64 inputs, 128 states.
struct CellNet : xg::nn::Module<float> {
  xg::nn::Linear<float>&xi, &hh, &head;
  CellNet(std::size_t in, std::size_t h)
      : xi(add("xi", xg::nn::Linear<float>(in, 4 * h))),
        hh(add("hh", xg::nn::Linear<float>(h, 4 * h))),
        head(add("head", xg::nn::Linear<float>(h, 10))) {}
  Variable<float> forward(const Variables<float>& xs) {
    const xg::Shape state{xs[0].shape()[0], head.weight.shape()[1]};
    Variable<float> h = zeros(state), c = zeros(state);
    for (const auto& x : xs) {
      const auto g = chunk(xi(x) + hh(h), 4, 1);
      c = sigmoid(g[1]) * c + sigmoid(g[0]) * tanh(g[2]);
      h = sigmoid(g[3]) * tanh(c);
    }
    return head(h);
  }
};
Workload lstm_cell() {
  auto net = std::make_shared<CellNet>(64, 128);
  return training([=, xs = normals(32, {32, 64}),
                   y = labels(32, 10)] { return cross_entropy(net->forward(xs), y); },
                  sgd(net->parameters(), 0.01, 0.9));
}

// The same by the layer that is one operation.
struct FusedNet : xg::nn::Module<float> {
  xg::nn::LSTM<float>& l = add("l", xg::nn::LSTM<float>(64, 128));
  xg::nn::Linear<float>& head = add("head", xg::nn::Linear<float>(128, 10));
  Variable<float> forward(const Variable<float>& x) { return head(select(l(x).y, 0, -1)); }
};
Workload lstm_fused() {
  auto net = std::make_shared<FusedNet>();
  return training([=, x = normal({32, 32, 64}),
                   y = labels(32, 10)] { return cross_entropy(net->forward(x), y); },
                  sgd(net->parameters(), 0.01, 0.9));
}

// A character model one character at a time: 25 steps, 65 characters, 100 states, Adagrad.
Workload rnn_char() {
  constexpr std::size_t steps = 25, characters = 65, states = 100;
  const auto parameter = [](const xg::Shape& shape) {
    return normal(shape, 0.01F).set_requires_grad(true);
  };
  const auto wx = parameter({characters, states}), wh = parameter({states, states}),
             wy = parameter({states, characters});
  const auto bh = zeros({states}).set_requires_grad(true),
             by = zeros({characters}).set_requires_grad(true);
  Variables<float> xs;
  std::vector<xg::IndexArray> ys;
  for (std::size_t t = 0; t < steps; ++t) {
    auto x = zeros({1, characters});
    x.mutable_value().data()[t * 7 % characters] = 1;
    xs.push_back(x);
    ys.push_back(xg::IndexArray{static_cast<std::int64_t>((t * 7 + 7) % characters)});
  }
  auto adagrad = std::make_shared<xg::optim::Adagrad<float>>(Variables<float>{wx, wh, wy, bh, by},
                                                             xg::optim::AdagradOptions{.lr = 0.1});
  return training(
      [=] {
        Variable<float> h = zeros({1, states}), loss;
        for (std::size_t t = 0; t < steps; ++t) {
          h = tanh(matmul(xs[t], wx) + matmul(h, wh) + bh);
          const auto l = cross_entropy(matmul(h, wy) + by, ys[t]);
          loss = t > 0 ? loss + l : l;
        }
        return loss;
      },
      adagrad);
}

// 512 steps of tanh(W x + b + V h + d), batch 32, 64 inputs, 256 states; loss mean(h^2).
Workload rnn_unrolled_512() {
  auto xi = std::make_shared<xg::nn::Linear<float>>(64, 256);
  auto hh = std::make_shared<xg::nn::Linear<float>>(256, 256);
  Variables<float> parameters = xi->parameters();
  for (const auto& p : hh->parameters()) parameters.push_back(p);
  return training(
      [=, xs = normals(512, {32, 64})] {
        Variable<float> h = zeros({32, 256});
        for (const auto& x : xs) h = tanh((*xi)(x) + (*hh)(h));
        return mean(square(h));
      },
      sgd(parameters, 0.01, 0));
}

}  // namespace

std::vector<Named> sequence_workloads() {
  return {{"lstm_cell", lstm_cell},
          {"lstm_fused", lstm_fused},
          {"rnn_char", rnn_char},
          {"rnn_unrolled_512", rnn_unrolled_512}};
}

}  // namespace bench
