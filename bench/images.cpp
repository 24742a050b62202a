// Convolutional networks on 64 images; the loss is cross-entropy over ten classes.

#include "training.hpp"

namespace bench {
namespace {

using namespace xg::nn;
using xg::Variable;

Conv2d<float> conv3(std::size_t in, std::size_t out, int stride = 1, int kernel = 3,
                    bool bias = true) {
  return {in, out, kernel, {.stride = stride, .padding = kernel / 2, .bias = bias}};
}

template <class Net>
auto loss_of(std::shared_ptr<Net> net, const xg::Shape& images) {
  return [net, x = normal(images), y = labels(64, 10)] { return cross_entropy((*net)(x), y); };
}

struct LeNet : Layer<float> {
  Conv2d<float>& c1 = add("c1", Conv2d<float>(1, 6, 5, {.padding = 2}));
  Conv2d<float>& c2 = add("c2", Conv2d<float>(6, 16, 5));
  Linear<float>& f1 = add("f1", Linear<float>(400, 120));
  Linear<float>& f2 = add("f2", Linear<float>(120, 84));
  Linear<float>& f3 = add("f3", Linear<float>(84, 10));
  Variable<float> forward(const Variable<float>& x) override {
    Variable<float> h = max_pool2d(relu(c1(x)), 2);
    h = max_pool2d(relu(c2(h)), 2);
    h = flatten(h, 1);
    return f3(relu(f2(relu(f1(h)))));
  }
};

Workload lenet() {
  auto net = std::make_shared<LeNet>();
  return training(loss_of(net, {64, 1, 28, 28}), sgd(net->parameters(), 0.01, 0.9));
}

Workload cnn_cifar() {
  auto net = std::make_shared<Sequential<float>>();
  const auto add = [&](std::size_t in, std::size_t out) {
    net->push_back(conv3(in, out));
    net->push_back(BatchNorm2d<float>(out));
    net->push_back(ReLU<float>());
  };
  add(3, 32);
  add(32, 32);
  net->push_back(MaxPool2d<float>(2));
  add(32, 64);
  add(64, 64);
  net->push_back(MaxPool2d<float>(2));
  net->push_back(Flatten<float>());
  net->push_back(Linear<float>(64 * 8 * 8, 10));
  return training(loss_of(net, {64, 3, 32, 32}), adam(net->parameters()));
}

struct Block : Layer<float> {
  Conv2d<float>&c1, &c2;
  BatchNorm2d<float>&b1, &b2;
  Sequential<float>* shortcut = nullptr;
  Block(std::size_t in, std::size_t out, int stride)
      : c1(add("c1", conv3(in, out, stride, 3, false))),
        c2(add("c2", conv3(out, out, 1, 3, false))),
        b1(add("b1", BatchNorm2d<float>(out))),
        b2(add("b2", BatchNorm2d<float>(out))) {
    if (in == out && stride == 1) return;
    shortcut = &add("shortcut",
                    Sequential<float>(conv3(in, out, stride, 1, false), BatchNorm2d<float>(out)));
  }
  Variable<float> forward(const Variable<float>& x) override {
    const auto h = b2(c2(relu(b1(c1(x)))));
    return relu(h + (shortcut == nullptr ? x : (*shortcut)(x)));
  }
};

struct ResNet20 : Layer<float> {
  Conv2d<float>& c = add("c", conv3(3, 16, 1, 3, false));
  BatchNorm2d<float>& b = add("b", BatchNorm2d<float>(16));
  std::vector<Block*> blocks;
  Linear<float>& f = add("f", Linear<float>(64, 10));
  ResNet20() {
    std::size_t in = 16;
    for (const std::size_t out : {16, 32, 64})
      for (int k = 0; k < 3; ++k, in = out)
        blocks.push_back(&add("block" + std::to_string(blocks.size()),
                              Block(in, out, out > 16 && k == 0 ? 2 : 1)));
  }
  Variable<float> forward(const Variable<float>& x) override {
    Variable<float> h = relu(b(c(x)));
    for (Block* block : blocks) h = (*block)(h);
    return f(mean(h, {2, 3}));
  }
};

Workload resnet20() {
  auto net = std::make_shared<ResNet20>();
  return training(loss_of(net, {64, 3, 32, 32}), sgd(net->parameters(), 0.01, 0.9));
}

}  // namespace

std::vector<Named> image_workloads() {
  return {{"lenet", lenet}, {"cnn_cifar", cnn_cifar}, {"resnet20", resnet20}};
}

}  // namespace bench
