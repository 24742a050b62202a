#include <xgrad/core/error.hpp>
#include <xgrad/data/cifar10.hpp>
#include <xgrad/io/checkpoint.hpp>
#include <xgrad/nn/activation.hpp>
#include <xgrad/nn/conv.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/nn/normalization.hpp>
#include <xgrad/nn/pool.hpp>
#include <xgrad/nn/regularization.hpp>
#include <xgrad/nn/sequential.hpp>
#include <xgrad/nn/shape.hpp>
#include <xgrad/optim/adam.hpp>
#include <xgrad/optim/schedule.hpp>
#include <xgrad/train/classifier.hpp>

#include <sstream>

#include "support/catch.hpp"
#include "support/cifar_files.hpp"

using namespace xg;
using test::Folder;

namespace {

/// Everything that has a memory: running statistics, dropout, momentum, a rate that changes.
nn::Sequential<float> small_net() {
  return nn::Sequential<float>(nn::Conv2d<float>(3, 4, 3, {.stride = 2}), nn::BatchNorm2d<float>(4),
                               nn::ReLU<float>(), nn::MaxPool2d<float>(4), nn::Flatten<float>(),
                               nn::Dropout<float>(0.3), nn::Linear<float>(36, 10));
}

void jitter(std::tuple<Array<float>, IndexArray>& batch, Generator& generator) {
  data::random_shift(std::get<0>(batch), 2, generator);
  data::random_flip(std::get<0>(batch), generator);
}

/// A run on images read from files, as a program would make it.
struct Run {
  data::Split<float> sets;
  nn::Sequential<float> net;
  optim::Adam<float> adam;
  optim::ExponentialLR schedule;
  data::DataLoader<Array<float>, IndexArray> loader;
  train::History history;

  explicit Run(const std::string& folder)
      : sets(data::read_cifar10(folder)),
        net(small_net()),
        adam(net.parameters(), {.lr = 0.01}),
        schedule(adam, {.gamma = 0.98}),
        loader(sets.train, {.batch_size = 8, .seed = 3}, jitter) {}

  io::Checkpoint checkpoint() {
    io::Checkpoint result;
    result.add("net", net).add("adam", adam).add("schedule", schedule).add("loader", loader);
    result.add("random", default_generator()).add("history", history);
    return result;
  }
  void train_until(std::uint64_t epochs) {
    while (loader.epoch() < epochs) {
      train::train_epoch<float>(net, adam, loader, history,
                                {.test = &sets.test, .after_step = [this] { schedule.step(); }});
    }
  }
};

void check_equal(const StateDict& a, const StateDict& b) {
  REQUIRE(a.size() == b.size());
  for (const auto& [name, array] : a) {
    INFO(name);
    REQUIRE((b.at(name) == array));
  }
}

}  // namespace

TEST_CASE("train_epoch: 4 epochs are 2, a checkpoint, and 2 more, bit for bit",
          "[train][checkpoint]") {
  const Folder folder;
  test::write_cifar(folder, 6);
  manual_seed(5);
  Run whole(folder.path());
  whole.train_until(4);
  const auto drawn = default_generator().state();

  manual_seed(5);
  {
    Run first(folder.path());
    first.train_until(2);
    first.checkpoint().save(folder.path("c"));
  }
  manual_seed(99);
  Run second(folder.path());
  second.checkpoint().load(folder.path("c"));
  second.train_until(4);

  check_equal(second.net.state_dict(), whole.net.state_dict());
  check_equal(second.adam.state_dict(), whole.adam.state_dict());
  check_equal(second.schedule.state_dict(), whole.schedule.state_dict());
  REQUIRE(second.history.step_loss == whole.history.step_loss);
  REQUIRE(second.history.test_loss == whole.history.test_loss);
  REQUIRE(second.history.train_accuracy == whole.history.train_accuracy);
  REQUIRE(default_generator().state() == drawn);

  // What the checkpoint holds matters: without the random numbers dropout draws others.
  manual_seed(99);
  Run forgetful(folder.path());
  forgetful.checkpoint().load(folder.path("c"));
  manual_seed(99);
  forgetful.train_until(4);
  REQUIRE(forgetful.history.step_loss != whole.history.step_loss);
}

TEST_CASE("train_epoch: learns, keeps its history and shows its bar", "[train]") {
  const Folder folder;
  test::write_cifar(folder, 20);
  manual_seed(1);
  Run run(folder.path());
  std::ostringstream out;
  int steps = 0;
  for (int epoch = 0; epoch < 6; ++epoch) {
    train::train_epoch<float>(run.net, run.adam, run.loader, run.history,
                              {.label = "epoch " + std::to_string(epoch),
                               .progress = &out,
                               .test = &run.sets.test,
                               .after_step = [&] { ++steps; }});
  }
  const auto& history = run.history;
  REQUIRE(history.epochs() == 6);
  REQUIRE(history.step_loss.size() == 6 * 13);  // 100 examples, 8 a batch
  REQUIRE(steps == 6 * 13);
  REQUIRE(history.train_accuracy.back() > history.train_accuracy.front());
  REQUIRE(history.test_accuracy.back() > 0.5);  // flat colours: chance is 0.1
  REQUIRE(history.test_loss.size() == 6);
  REQUIRE(out.str().rfind("epoch 0  loss ", 0) == 0);
  REQUIRE(out.str().find("held-out accuracy") != std::string::npos);
  for (const auto& p : run.net.parameters()) REQUIRE(!p.grad().defined());
}

TEST_CASE("scores_of: in pieces as at once, in evaluation mode", "[train]") {
  const Folder folder;
  test::write_cifar(folder, 3);
  Run run(folder.path());
  const auto& images = run.sets.train.images;
  const auto scores = train::scores_of<float>(run.net, images, 4);
  REQUIRE(run.net.training());
  run.net.eval();
  const Array<float> at_once = run.net(images).value();
  REQUIRE((scores == at_once));
  REQUIRE((train::scores_of<float>(run.net, images) == at_once));
  REQUIRE(!run.net.training());
  REQUIRE_THROWS_WITH(train::scores_of<float>(run.net, images, 0),
                      "scores_of: piece must be >= 1, got 0");
  REQUIRE_THROWS_AS(train::scores_of<float>(run.net, Array<float>(Shape{0, 3, 32, 32})),
                    ShapeError);
}

TEST_CASE("first_mistakes: rows in order, no more than asked for", "[train]") {
  const IndexArray predicted{1, 2, 3, 4, 0}, labels{1, 0, 3, 0, 1};
  REQUIRE((train::first_mistakes(predicted, labels, 9) == IndexArray{1, 3, 4}));
  REQUIRE((train::first_mistakes(predicted, labels, 2) == IndexArray{1, 3}));
  REQUIRE(train::first_mistakes(labels, labels, 2).size() == 0);
  REQUIRE_THROWS_AS(train::first_mistakes(IndexArray{1}, labels, 2), ShapeError);
}

TEST_CASE("History: another state is refused and changes nothing", "[train][errors]") {
  train::History history;
  history.step_loss = {1, 2};
  history.seconds = 3;
  StateDict state = history.state_dict();
  train::History other;
  other.load_state_dict(state);
  REQUIRE(other.step_loss == history.step_loss);
  REQUIRE(other.seconds == 3);
  state.set("seconds", Array<double>{1., 2.});
  REQUIRE_THROWS_AS(other.load_state_dict(state), ValueError);
  state.set("step_loss", full_array<double>(Shape{}, 1.));
  REQUIRE_THROWS_AS(other.load_state_dict(state), ShapeError);
  REQUIRE(other.step_loss == history.step_loss);
}
