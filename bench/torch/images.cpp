#include "training.hpp"

namespace {

torch::nn::Conv2d conv3(int64_t in, int64_t out, int64_t stride = 1, int64_t kernel = 3,
                        bool bias = true) {
  return torch::nn::Conv2d(
      torch::nn::Conv2dOptions(in, out, kernel).stride(stride).padding(kernel / 2).bias(bias));
}

/// 64 images of the given channels and extent, and their labels.
template <class Net>
std::function<Tensor()> loss_of(Net net, int64_t channels, int64_t extent) {
  net->train();
  const Tensor x = torch::randn({64, channels, extent, extent}), y = labels(64);
  return [=]() mutable { return F::cross_entropy(net->forward(x), y); };
}

struct LeNetImpl : torch::nn::Module {
  torch::nn::Conv2d c1{torch::nn::Conv2dOptions(1, 6, 5).padding(2)};
  torch::nn::Conv2d c2{torch::nn::Conv2dOptions(6, 16, 5)};
  torch::nn::Linear f1{400, 120}, f2{120, 84}, f3{84, 10};
  LeNetImpl() {
    register_module("c1", c1);
    register_module("c2", c2);
    register_module("f1", f1);
    register_module("f2", f2);
    register_module("f3", f3);
  }
  Tensor forward(const Tensor& x) {
    Tensor h = torch::max_pool2d(torch::relu(c1->forward(x)), 2);
    h = torch::max_pool2d(torch::relu(c2->forward(h)), 2).flatten(1);
    return f3->forward(torch::relu(f2->forward(torch::relu(f1->forward(h)))));
  }
};
TORCH_MODULE(LeNet);

Workload lenet() {
  LeNet net;
  return training(sgd(net->parameters(), 0.01, 0.9), loss_of(net, 1, 28));
}

Workload cnn_cifar() {
  torch::nn::Sequential net;
  const auto add = [&](int64_t in, int64_t out) {
    net->push_back(conv3(in, out));
    net->push_back(torch::nn::BatchNorm2d(out));
    net->push_back(torch::nn::ReLU());
  };
  add(3, 32);
  add(32, 32);
  net->push_back(torch::nn::MaxPool2d(2));
  add(32, 64);
  add(64, 64);
  net->push_back(torch::nn::MaxPool2d(2));
  net->push_back(torch::nn::Flatten());
  net->push_back(torch::nn::Linear(64 * 8 * 8, 10));
  return training(adam(net->parameters()), loss_of(net, 3, 32));
}

struct BlockImpl : torch::nn::Module {
  torch::nn::Conv2d c1, c2;
  torch::nn::BatchNorm2d b1, b2;
  torch::nn::Sequential shortcut;
  BlockImpl(int64_t in, int64_t out, int64_t stride)
      : c1(register_module("c1", conv3(in, out, stride, 3, false))),
        c2(register_module("c2", conv3(out, out, 1, 3, false))),
        b1(register_module("b1", torch::nn::BatchNorm2d(out))),
        b2(register_module("b2", torch::nn::BatchNorm2d(out))) {
    if (in == out && stride == 1) return;
    shortcut->push_back(conv3(in, out, stride, 1, false));
    shortcut->push_back(torch::nn::BatchNorm2d(out));
    register_module("shortcut", shortcut);
  }
  Tensor forward(const Tensor& x) {
    const Tensor h = b2->forward(c2->forward(torch::relu(b1->forward(c1->forward(x)))));
    return torch::relu(h + (shortcut->is_empty() ? x : shortcut->forward(x)));
  }
};
TORCH_MODULE(Block);

struct ResNet20Impl : torch::nn::Module {
  torch::nn::Conv2d c{conv3(3, 16, 1, 3, false)};
  torch::nn::BatchNorm2d b{16};
  torch::nn::Sequential blocks;
  torch::nn::Linear f{64, 10};
  ResNet20Impl() {
    int64_t in = 16;
    for (const int64_t out : {16, 32, 64})
      for (int k = 0; k < 3; ++k, in = out)
        blocks->push_back(Block(in, out, out > 16 && k == 0 ? 2 : 1));
    register_module("c", c);
    register_module("b", b);
    register_module("blocks", blocks);
    register_module("f", f);
  }
  Tensor forward(const Tensor& x) {
    const Tensor h = blocks->forward(torch::relu(b->forward(c->forward(x))));
    return f->forward(h.mean(at::IntArrayRef{2, 3}));
  }
};
TORCH_MODULE(ResNet20);

Workload resnet20() {
  ResNet20 net;
  return training(sgd(net->parameters(), 0.01, 0.9), loss_of(net, 3, 32));
}

}  // namespace

std::vector<Named> image_workloads() {
  return {{"lenet", lenet}, {"cnn_cifar", cnn_cifar}, {"resnet20", resnet20}};
}
