// CIFAR-10 with a small convolutional network: check, train, report; stop and go on.
//
//   ./run example cifar10 --dir FOLDER                              80 % of the test images
//   ./run example cifar10 --dir FOLDER --checkpoint run.ckpt            writes it every epoch
//   ./run example cifar10 --dir FOLDER --checkpoint run.ckpt --resume   goes on, bit for bit
//
// FOLDER (or the environment's XGRAD_CIFAR10_DIR) holds data_batch_1.bin to data_batch_5.bin and
// test_batch.bin of CIFAR-10's "binary version", cs.toronto.edu/~kriz/cifar.html. Seed 1 unless
// told. Figures: docs/examples.md.
#include <CLI/CLI.hpp>

#include <xgrad/core/parallel.hpp>
#include <xgrad/data/cifar10.hpp>
#include <xgrad/data/loader.hpp>
#include <xgrad/data/standardize.hpp>
#include <xgrad/io/checkpoint.hpp>

#include "cifar10_net.hpp"
#include "classifier.hpp"

struct Settings {
  std::string folder, checkpoint, report = "report.html";
  bool resume = false, plain = false;
  int epochs = 5, stop_after = 0, threads = 0;
  std::size_t batch = 64, width = 32;
  double lr = 0.05;
  std::uint64_t seed = 1;
};

// Standardised by the training set's channels, in place.
struct Data {
  xg::data::Split<float> sets;
  xg::data::ChannelStatistics channels;
};

Data read(const std::string& folder) {
  Data data{xg::data::read_cifar10(folder), {}};
  data.channels = xg::data::channel_statistics(data.sets.train.images);
  xg::data::standardize(data.sets.train.images, data.channels);
  xg::data::standardize(data.sets.test.images, data.channels);
  return data;
}

// A narrow net of two blocks in double on 8x8 corners of a few images.
bool check_own_gradients(const xg::data::LabelledImages<float>& train) {
  auto few = xg::data::take(train, xg::IndexArray{0, 1, 2, 3});
  few.images = xg::Array<float>(
      xt::view(few.images, xt::all(), xt::all(), xt::range(12, 20), xt::range(12, 20)));
  CifarNet<double> net(2, 2, 8);
  return check_gradients(net, net.handles(), few);
}

// Rises for the first fifth of the steps, falls to zero in the others: few epochs suffice so.
double one_cycle(double lr, double step, double steps) {
  const double peak = 0.2 * steps;
  return lr * (step < peak ? (step + 1) / (peak + 1) : (steps - step) / (steps - peak));
}

void augment(std::tuple<xg::Array<float>, xg::IndexArray>& batch, xg::Generator& generator) {
  xg::data::random_shift(std::get<0>(batch), 3, generator);
  xg::data::random_flip(std::get<0>(batch), generator);
}

xg::train::History train(CifarNet<float>& net, const xg::data::Split<float>& sets,
                         const Settings& settings) {
  xg::data::DataLoader<xg::Array<float>, xg::IndexArray> loader(
      sets.train, {.batch_size = settings.batch, .seed = settings.seed},
      settings.plain ? nullptr : augment);
  xg::optim::SGD<float> sgd(
      net.parameters(),
      {.lr = settings.lr, .momentum = 0.9, .weight_decay = 5e-4, .nesterov = true});
  const double steps = static_cast<double>(loader.size()) * settings.epochs;
  xg::optim::Schedule schedule(
      sgd, [steps](double lr, double step) { return one_cycle(lr, step, steps); });
  xg::train::History history;

  xg::io::Checkpoint checkpoint;
  checkpoint.add("net", net).add("optimizer", sgd).add("schedule", schedule);
  checkpoint.add("loader", loader).add("random", xg::default_generator()).add("history", history);
  checkpoint.expect("epochs", std::to_string(settings.epochs))
      .expect("batch", std::to_string(settings.batch))
      .expect("width", std::to_string(settings.width))
      .expect("lr", xg::number_text(settings.lr))
      .expect("seed", std::to_string(settings.seed))
      .expect("augmentation", settings.plain ? "off" : "on")
      .expect("examples", std::to_string(loader.example_count()));
  if (settings.resume) {
    checkpoint.load(settings.checkpoint);
    std::cout << "resumed after epoch " << loader.epoch() << " of " << settings.epochs << std::endl;
  }
  const int last =
      settings.stop_after > 0 ? std::min(settings.stop_after, settings.epochs) : settings.epochs;
  while (static_cast<int>(loader.epoch()) < last) {
    xg::train::train_epoch<float>(net, sgd, loader, history,
                                  {.label = "epoch " + std::to_string(loader.epoch() + 1) + "/" +
                                            std::to_string(settings.epochs),
                                   .progress = &std::cout,
                                   .test = &sets.test,
                                   .after_step = [&] { schedule.step(); }});
    if (!settings.checkpoint.empty()) checkpoint.save(settings.checkpoint);
  }
  return history;
}

// Each filter [3, 5, 5] as a picture, its least value black and its largest full.
xg::Array<double> filter_pictures(const xg::Array<float>& weight) {
  xg::Array<double> pictures = xt::cast<double>(weight);
  const std::size_t length = pictures.size() / pictures.shape()[0];
  for (std::size_t i = 0; i < pictures.shape()[0]; ++i) {
    double* const first = pictures.data() + i * length;
    const auto [low, high] = std::minmax_element(first, first + length);
    const double from = *low, range = std::max(*high - *low, 1e-12);
    std::transform(first, first + length, first, [=](double w) { return (w - from) / range; });
  }
  return pictures;
}

void write_report(CifarNet<float>& net, Data& data, const xg::train::History& history,
                  const Settings& settings, const std::string& checks) {
  auto& test = data.sets.test;
  const auto predicted =
      xg::train::predicted_classes(xg::train::scores_of<float>(net, test.images));
  xg::data::unstandardize(test.images, data.channels);
  xg::viz::Report report("CIFAR-10", checks);
  report.facts({{"test accuracy", text_of("%.2f %%", 100 * history.test_accuracy.back())},
                {"training time", text_of("%.0f s", history.seconds)},
                {"epochs", std::to_string(history.epochs())},
                {"parameters", std::to_string(net.parameter_count())},
                {"training examples", std::to_string(data.sets.train.size())},
                {"test examples", std::to_string(test.size())},
                {"seed", std::to_string(settings.seed)}});
  add_curves(report, history);
  report.images("Filters of the first layer", filter_pictures(net.blocks[0].conv.weight.value()),
                xg::viz::Colours::grey);
  add_confusion(report, predicted, test,
                {xg::data::cifar10_classes.begin(), xg::data::cifar10_classes.end()},
                xg::viz::Colours::grey);
  report.save(settings.report);
  std::cout << "report: " << settings.report << std::endl;
}

void run(const Settings& settings) {
  if (settings.threads > 0) xg::set_num_threads(settings.threads);
  xg::manual_seed(settings.seed);
  Data data = read(settings.folder);
  if (!check_own_gradients(data.sets.train)) {
    throw xg::StateError("cifar10: the gradient check failed");
  }
  xg::manual_seed(settings.seed);
  CifarNet<float> net(settings.width, 4, 32);
  const auto initial = check_initial_loss(net, data.sets.train);
  const auto history = train(net, data.sets, settings);
  std::printf("test accuracy %.2f %% after %.1f s of training\n",
              100 * history.test_accuracy.back(), history.seconds);
  std::fflush(stdout);
  write_report(net, data, history, settings, "Gradients checked in double; " + initial.text);
}

int main(int argc, char** argv) {
  Settings settings;
  CLI::App app("Trains a convolutional network on CIFAR-10 and writes a report.");
  app.add_option("--dir", settings.folder, "folder of the six files of CIFAR-10's binary version")
      ->envname("XGRAD_CIFAR10_DIR")
      ->required();
  app.add_option("--epochs", settings.epochs, "passes over the data")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--batch", settings.batch, "examples in a batch")->capture_default_str();
  app.add_option("--width", settings.width, "channels of the first layer")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--lr", settings.lr, "largest step size")->capture_default_str();
  app.add_flag("--plain", settings.plain, "no random shifts and mirrored images");
  app.add_option("--seed", settings.seed, "of weights and order")->capture_default_str();
  app.add_option("--threads", settings.threads, "0: all");
  auto* file = app.add_option("--checkpoint", settings.checkpoint, "file, written every epoch");
  app.add_flag("--resume", settings.resume, "go on from the checkpoint")->needs(file);
  app.add_option("--stop-after", settings.stop_after, "end after this epoch, to go on later");
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
