// Hand-written digits with a net of one hidden layer: check, train, report.
//
//   ./run demo                             1,797 digits of 8x8 from the library: >= 97 % held out
//   ./run demo --data mnist --dir FOLDER   MNIST from its four idx files (.gz or not): >= 98 %
//
// Seed 1 unless told. First the gradients of this very model are checked in double against
// differences, then the initial loss against ln 10, then it trains, then it writes report.html.
#include <CLI/CLI.hpp>

#include <xgrad/core/parallel.hpp>
#include <xgrad/data/digits.hpp>
#include <xgrad/data/idx.hpp>
#include <xgrad/data/loader.hpp>

#include "classifier.hpp"

struct Settings {
  std::string data = "digits", folder, report = "report.html";
  int epochs = 0, threads = 0;
  std::size_t batch = 32, hidden = 256, shift = 0;
  double lr = 2e-3;
  std::uint64_t seed = 1;
};

template <class T>
struct Net : xg::nn::Layer<T> {
  xg::nn::Linear<T>& fc1;
  xg::nn::Linear<T>& fc2;
  Net(std::size_t pixels, std::size_t hidden, std::size_t classes)
      : fc1(this->add("fc1", xg::nn::Linear<T>(pixels, hidden))),
        fc2(this->add("fc2", xg::nn::Linear<T>(hidden, classes))) {}
  xg::Variable<T> forward(const xg::Variable<T>& x) override {
    return fc2(relu(fc1(flatten(x, 1))));
  }
};

// The same model, a narrow one, in double.
bool check_own_gradients(const xg::data::LabelledImages<float>& train) {
  const auto few = xg::data::take(train, xg::IndexArray{0, 1, 2, 3, 4});
  Net<double> net(few.images.size() / few.size(), 3, 10);
  return check_gradients(net, {&net.fc1.weight, &net.fc1.bias, &net.fc2.weight, &net.fc2.bias},
                         few);
}

xg::train::History train(Net<float>& net, const xg::data::Split<float>& data,
                         const Settings& settings) {
  const auto shift = [&](auto& batch, xg::Generator& generator) {
    xg::data::random_shift(std::get<0>(batch), static_cast<std::int64_t>(settings.shift),
                           generator);
  };
  xg::data::DataLoader loader(data.train, {.batch_size = settings.batch, .seed = settings.seed},
                              shift);
  xg::optim::Adam<float> adam(net.parameters(), {.lr = settings.lr});
  xg::train::History history;
  for (int epoch = 1; epoch <= settings.epochs; ++epoch) {
    if (epoch == settings.epochs * 3 / 4 + 1) adam.set_lr(0, settings.lr / 10);
    xg::train::train_epoch<float>(
        net, adam, loader, history,
        {.label = "epoch " + std::to_string(epoch) + "/" + std::to_string(settings.epochs),
         .progress = &std::cout,
         .test = &data.test});
  }
  return history;
}

void write_report(Net<float>& net, const xg::data::Split<float>& data,
                  const xg::train::History& history, const Settings& settings,
                  const std::string& checks) {
  const auto predicted =
      xg::train::predicted_classes(xg::train::scores_of<float>(net, data.test.images));
  xg::viz::Report report("Hand-written digits: " + settings.data, checks);
  report.facts({{"held-out accuracy", text_of("%.2f %%", 100 * history.test_accuracy.back())},
                {"training time", text_of("%.2f s", history.seconds)},
                {"parameters", std::to_string(net.parameter_count())},
                {"training examples", std::to_string(data.train.size())},
                {"held-out examples", std::to_string(data.test.size())},
                {"seed", std::to_string(settings.seed)}});
  add_curves(report, history);
  add_confusion(report, predicted, data.test, {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"},
                xg::viz::Colours::paper);
  xg::Array<double> weights = xt::cast<double>(net.fc1.weight.value());
  weights.reshape({weights.shape()[0], data.test.images.shape()[2], data.test.images.shape()[3]});
  report.images("Weights of the first layer (blue below zero, red above)", weights,
                xg::viz::Colours::diverging);
  report.save(settings.report);
}

void run(Settings settings) {
  const bool small = settings.data == "digits";
  if (settings.epochs == 0) settings.epochs = small ? 60 : 12;
  if (settings.threads > 0) xg::set_num_threads(settings.threads);
  xg::manual_seed(settings.seed);
  const auto data = small ? xg::data::split(xg::data::digits<float>(), 0.2, settings.seed)
                          : xg::data::mnist<float>(settings.folder);
  if (!check_own_gradients(data.train)) throw xg::StateError("demo: the gradient check failed");

  Net<float> net(data.train.images.size() / data.train.size(), settings.hidden, 10);
  const auto initial = check_initial_loss(net, data.train);
  const auto history = train(net, data, settings);
  std::printf("held-out accuracy %.2f %% after %.2f s of training\n",
              100 * history.test_accuracy.back(), history.seconds);
  write_report(net, data, history, settings, "Gradients checked in double; " + initial.text);
  std::cout << "report: " << settings.report << '\n';
}

int main(int argc, char** argv) {
  Settings settings;
  CLI::App app("Trains a small net on hand-written digits and writes a report.");
  app.add_option("--data", settings.data, "digits (in the library) or mnist")
      ->check(CLI::IsMember({"digits", "mnist"}));
  app.add_option("--dir", settings.folder, "folder of MNIST's four idx files, .gz or not");
  app.add_option("--epochs", settings.epochs, "passes over the data (digits 60, mnist 12)");
  app.add_option("--batch", settings.batch, "examples in a batch")->capture_default_str();
  app.add_option("--hidden", settings.hidden, "hidden units")->capture_default_str();
  app.add_option("--lr", settings.lr, "step size of Adam")->capture_default_str();
  app.add_option("--shift", settings.shift, "random shift in pixels")->capture_default_str();
  app.add_option("--seed", settings.seed, "of weights, split and order")->capture_default_str();
  app.add_option("--threads", settings.threads, "0: all");
  app.add_option("--report", settings.report, "where the report goes")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    run(settings);
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << '\n';
    return 1;
  }
  return 0;
}
