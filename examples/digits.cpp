// Hand-written digits with a net of one hidden layer: check, train, report.
//
//   ./run demo                             1,797 digits of 8x8 from the library: >= 97 % held out
//   ./run demo --data mnist --dir FOLDER   MNIST from its four idx files (.gz or not): >= 98 %
//
// Seed 1 unless told. First the gradients of this very model are checked in double against
// differences, then the initial loss against ln 10, then it trains, then it writes report.html.
#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <iostream>

#include <xgrad/core/parallel.hpp>
#include <xgrad/core/random.hpp>
#include <xgrad/data/digits.hpp>
#include <xgrad/data/idx.hpp>
#include <xgrad/data/loader.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/optim/adam.hpp>
#include <xgrad/train/metrics.hpp>
#include <xgrad/train/progress.hpp>
#include <xgrad/train/sanity.hpp>
#include <xgrad/viz/report.hpp>
#include <xgrad/xgrad.hpp>

struct Settings {
  std::string data = "digits", folder, report = "report.html";
  int epochs = 0, threads = 0;
  std::size_t batch = 32, hidden = 0, shift = 0;
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

// The same model, a narrow one, in double: the derivative of its loss by every parameter.
bool check_gradients(const xg::data::LabelledImages<float>& train) {
  const auto few = xg::data::take(train, xg::IndexArray{0, 1, 2, 3, 4});
  const xg::Variable<double> images(xg::Array<double>(xt::cast<double>(few.images)));
  const std::size_t pixels = few.images.size() / few.size();
  Net<double> net(pixels, 3, 10);
  const auto loss_of = [&](const xg::Variables<double>& p) -> xg::Variables<double> {
    net.fc1.weight = p[0], net.fc1.bias = p[1], net.fc2.weight = p[2], net.fc2.bias = p[3];
    return {cross_entropy(net(images), few.labels)};
  };
  const auto report = xg::gradcheck(loss_of, net.parameters());
  std::cout << "gradient check in double: " << report.entries.size() << " derivatives, "
            << (report.passed ? "all agree with differences" : report.reason) << '\n';
  if (!report.passed) std::cout << report.table << '\n';
  return report.passed;
}

// Scores of a whole set, in pieces, without a graph.
xg::Array<float> scores_of(Net<float>& net, const xg::data::LabelledImages<float>& set) {
  const xg::NoGrad guard;
  xg::Array<float> scores(xg::Shape{set.size(), 10});
  std::size_t done = 0;
  for (auto [images, labels] :
       xg::data::DataLoader(set, {.batch_size = 1000, .shuffle = false, .prefetch = 0})) {
    const auto part = net(std::move(images));
    std::copy_n(part.value().data(), part.value().size(), scores.data() + 10 * done);
    done += labels.size();
  }
  return scores;
}

struct History {
  std::vector<double> step, loss, epoch, train_accuracy, test_accuracy;
  double seconds = 0;
};

History train(Net<float>& net, const xg::data::Split<float>& data, const Settings& settings) {
  const auto shift = [&](auto& batch, xg::Generator& generator) {
    xg::data::random_shift(std::get<0>(batch), static_cast<std::int64_t>(settings.shift),
                           generator);
  };
  xg::data::DataLoader loader(data.train, {.batch_size = settings.batch, .seed = settings.seed},
                              shift);
  xg::optim::Adam<float> adam(net.parameters(), {.lr = settings.lr});
  History history;
  for (int epoch = 1; epoch <= settings.epochs; ++epoch) {
    if (epoch == settings.epochs * 3 / 4 + 1) adam.set_lr(0, settings.lr / 10);
    xg::train::Progress progress(std::cout, {.label = "epoch " + std::to_string(epoch) + "/" +
                                                      std::to_string(settings.epochs),
                                             .total = loader.example_count(),
                                             .live = xg::train::is_terminal(std::cout)});
    double loss_sum = 0, right = 0;
    for (auto [images, labels] : loader) {
      const auto scores = net(std::move(images));
      const auto loss = cross_entropy(scores, labels);
      adam.zero_grad();
      loss.backward();
      adam.step();

      const auto count = static_cast<double>(labels.size());
      loss_sum += count * loss.value()();
      right += count * xg::train::accuracy(scores.value(), labels);
      const auto done = static_cast<double>(progress.done()) + count;
      history.step.push_back(static_cast<double>(history.step.size() + 1));
      history.loss.push_back(loss.value()());
      progress.advance(labels.size(), {{"loss", loss_sum / done}, {"accuracy", right / done}});
    }
    history.seconds += progress.seconds();
    const auto total = static_cast<double>(progress.done());
    history.epoch.push_back(epoch);
    history.train_accuracy.push_back(right / total);
    history.test_accuracy.push_back(
        xg::train::accuracy(scores_of(net, data.test), data.test.labels));
    progress.finish({{"loss", loss_sum / total},
                     {"accuracy", right / total},
                     {"held-out accuracy", history.test_accuracy.back()}});
  }
  return history;
}

xg::IndexArray first_mistakes(const xg::IndexArray& predicted, const xg::IndexArray& labels) {
  std::vector<std::int64_t> rows;
  for (std::size_t i = 0; i < labels.size() && rows.size() < 16; ++i) {
    if (predicted(i) != labels(i)) rows.push_back(static_cast<std::int64_t>(i));
  }
  xg::IndexArray result(xg::Shape{rows.size()});
  std::copy(rows.begin(), rows.end(), result.data());
  return result;
}

void write_report(Net<float>& net, const xg::data::Split<float>& data, const History& history,
                  const Settings& settings, const std::string& checks) {
  const auto predicted = xg::train::predicted_classes(scores_of(net, data.test));
  char accuracy[32], seconds[32];
  std::snprintf(accuracy, sizeof accuracy, "%.2f %%", 100 * history.test_accuracy.back());
  std::snprintf(seconds, sizeof seconds, "%.2f s", history.seconds);
  xg::viz::Report report("Hand-written digits: " + settings.data, checks);
  report.facts({{"held-out accuracy", accuracy},
                {"training time", seconds},
                {"parameters", std::to_string(net.parameter_count())},
                {"training examples", std::to_string(data.train.size())},
                {"held-out examples", std::to_string(data.test.size())},
                {"seed", std::to_string(settings.seed)}});
  report.chart("Training loss", {{"cross entropy of a batch", history.step, history.loss}},
               {.x_label = "step", .y_label = "loss", .log_y = true});
  report.chart("Accuracy",
               {{"training", history.epoch, history.train_accuracy},
                {"held out", history.epoch, history.test_accuracy}},
               {.x_label = "epoch", .y_label = "share right"});
  report.confusion_matrix("Confusion on held-out digits",
                          xg::train::confusion_matrix(predicted, data.test.labels, 10));
  const auto rows = first_mistakes(predicted, data.test.labels);
  const auto mistakes = xg::data::take(data.test, rows);
  std::vector<std::string> captions;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto guess = predicted(static_cast<std::size_t>(rows(i)));
    captions.push_back(std::to_string(mistakes.labels(i)) + " taken for " + std::to_string(guess));
  }
  report.images("Mistakes", xt::cast<double>(mistakes.images), xg::viz::Colours::paper, captions);
  xg::Array<double> weights = xt::cast<double>(net.fc1.weight.value());
  weights.reshape({weights.shape()[0], data.test.images.shape()[2], data.test.images.shape()[3]});
  report.images("Weights of the first layer (blue below zero, red above)", weights,
                xg::viz::Colours::diverging);
  report.save(settings.report);
}

void run(Settings settings) {
  const bool small = settings.data == "digits";
  if (settings.epochs == 0) settings.epochs = small ? 40 : 12;
  if (settings.hidden == 0) settings.hidden = small ? 128 : 256;
  if (settings.threads > 0) xg::set_num_threads(settings.threads);
  xg::manual_seed(settings.seed);
  const auto data = small ? xg::data::split(xg::data::digits<float>(), 0.2, settings.seed)
                          : xg::data::mnist<float>(settings.folder);
  if (!check_gradients(data.train)) throw xg::StateError("demo: the gradient check failed");

  Net<float> net(data.train.images.size() / data.train.size(), settings.hidden, 10);
  const double loss = [&] {
    const xg::NoGrad guard;
    const auto some = xg::data::split(data.train, 500. / data.train.size(), 0).test;
    return static_cast<double>(cross_entropy(net(some.images), some.labels).value()());
  }();
  const auto initial = xg::train::check_initial_loss(loss, 10);
  std::cout << initial.text << '\n';
  const History history = train(net, data, settings);
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
  app.add_option("--epochs", settings.epochs, "passes over the data (digits 40, mnist 12)");
  app.add_option("--batch", settings.batch, "examples in a batch")->capture_default_str();
  app.add_option("--hidden", settings.hidden, "hidden units (digits 128, mnist 256)");
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
