#include "training.hpp"

namespace {

std::vector<Tensor> normals(int64_t count, int64_t rows, int64_t columns) {
  std::vector<Tensor> xs;
  for (int64_t t = 0; t < count; ++t) xs.push_back(torch::randn({rows, columns}));
  return xs;
}

struct CellNetImpl : torch::nn::Module {
  torch::nn::Linear xi{64, 512}, hh{128, 512}, head{128, 10};
  CellNetImpl() {
    register_module("xi", xi);
    register_module("hh", hh);
    register_module("head", head);
  }
  Tensor forward(const std::vector<Tensor>& xs) {
    Tensor h = torch::zeros({xs[0].size(0), 128}), c = torch::zeros_like(h);
    for (const Tensor& x : xs) {
      const auto g = (xi->forward(x) + hh->forward(h)).chunk(4, 1);
      c = torch::sigmoid(g[1]) * c + torch::sigmoid(g[0]) * torch::tanh(g[2]);
      h = torch::sigmoid(g[3]) * torch::tanh(c);
    }
    return head->forward(h);
  }
};
TORCH_MODULE(CellNet);

Workload lstm_cell() {
  CellNet net;
  const auto xs = normals(32, 32, 64);
  const Tensor y = labels(32);
  return training(sgd(net->parameters(), 0.01, 0.9),
                  [=]() mutable { return F::cross_entropy(net->forward(xs), y); });
}

struct FusedNetImpl : torch::nn::Module {
  torch::nn::LSTM l{64, 128};
  torch::nn::Linear head{128, 10};
  FusedNetImpl() {
    register_module("l", l);
    register_module("head", head);
  }
  Tensor forward(const Tensor& x) { return head->forward(std::get<0>(l->forward(x))[-1]); }
};
TORCH_MODULE(FusedNet);

Workload lstm_fused() {
  FusedNet net;
  const Tensor x = torch::randn({32, 32, 64}), y = labels(32);
  return training(sgd(net->parameters(), 0.01, 0.9),
                  [=]() mutable { return F::cross_entropy(net->forward(x), y); });
}

Workload rnn_char() {
  const int64_t steps = 25, characters = 65, states = 100;
  const auto parameter = [](int64_t rows, int64_t columns) {
    return torch::randn({rows, columns}).mul_(0.01).requires_grad_();
  };
  const Tensor wx = parameter(characters, states), wh = parameter(states, states),
               wy = parameter(states, characters);
  const Tensor bh = torch::zeros({states}).requires_grad_(),
               by = torch::zeros({characters}).requires_grad_();
  std::vector<Tensor> xs, ys;
  for (int64_t t = 0; t < steps; ++t) {
    xs.push_back(torch::zeros({1, characters}));
    xs.back()[0][t * 7 % characters] = 1.;
    ys.push_back(torch::full({1}, (t * 7 + 7) % characters, torch::kLong));
  }
  const auto adagrad = std::make_shared<torch::optim::Adagrad>(
      std::vector<Tensor>{wx, wh, wy, bh, by}, torch::optim::AdagradOptions(0.1));
  return training(adagrad, [=] {
    Tensor h = torch::zeros({1, states}), loss;
    for (int64_t t = 0; t < steps; ++t) {
      h = torch::tanh(torch::mm(xs[t], wx) + torch::mm(h, wh) + bh);
      const Tensor l = F::cross_entropy(torch::mm(h, wy) + by, ys[t]);
      loss = t > 0 ? loss + l : l;
    }
    return loss;
  });
}

Workload rnn_unrolled_512() {
  torch::nn::Linear xi(64, 256), hh(256, 256);
  const auto xs = normals(512, 32, 64);
  std::vector<Tensor> parameters = xi->parameters();
  for (const Tensor& p : hh->parameters()) parameters.push_back(p);
  return training(sgd(parameters, 0.01, 0), [=]() mutable {
    Tensor h = torch::zeros({32, 256});
    for (const Tensor& x : xs) h = torch::tanh(xi->forward(x) + hh->forward(h));
    return h.square().mean();
  });
}

}  // namespace

std::vector<Named> sequence_workloads() {
  return {{"lstm_cell", lstm_cell},
          {"lstm_fused", lstm_fused},
          {"rnn_char", rnn_char},
          {"rnn_unrolled_512", rnn_unrolled_512}};
}
