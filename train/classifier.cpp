#include "xgrad/train/classifier.hpp"

#include <algorithm>
#include <ostream>
#include <streambuf>

#include "xgrad/autograd/grad_mode.hpp"
#include "xgrad/core/error.hpp"
#include "xgrad/data/rows.hpp"
#include "xgrad/ops/loss.hpp"
#include "xgrad/train/metrics.hpp"
#include "xgrad/train/progress.hpp"

namespace xg::train {
namespace {

/// Training or not, as it was, at the end of the scope.
template <class T>
class EvalMode {
 public:
  explicit EvalMode(nn::Module<T>& net) : net_(net), was_(net.training()) { net.eval(); }
  ~EvalMode() { net_.train(was_); }
  EvalMode(const EvalMode&) = delete;
  EvalMode& operator=(const EvalMode&) = delete;

 private:
  nn::Module<T>& net_;
  bool was_;
};

/// Means over the examples of an epoch so far.
struct Sums {
  double loss = 0, right = 0, count = 0;
  void add(double batch_loss, double batch_accuracy, double examples) {
    loss += examples * batch_loss;
    right += examples * batch_accuracy;
    count += examples;
  }
  double mean_loss() const { return count > 0 ? loss / count : 0; }
  double accuracy() const { return count > 0 ? right / count : 0; }
};

/// Takes what is written and forgets it.
struct Nowhere : std::streambuf {
  int overflow(int letter) override { return letter; }
};

template <class T>
void test_epoch(nn::Layer<T>& net, const data::LabelledImages<T>& test, History& history) {
  const NoGrad guard;
  const Array<T> scores = scores_of(net, test.images);
  history.test_accuracy.push_back(accuracy(scores, test.labels));
  history.test_loss.push_back(
      static_cast<double>(cross_entropy(Variable<T>(scores), test.labels).value()()));
}

Array<double> array_of(const std::vector<double>& values) {
  auto array = Array<double>::from_shape({values.size()});
  std::copy(values.begin(), values.end(), array.data());
  return array;
}

std::vector<double> values_of(const StateDict& state, const std::string& name) {
  const AnyArray& given = state.at(name);
  require_rank("History", name, shape_of(given), 1);
  auto array = empty_array<double>(shape_of(given));
  copy_elements(given, array, name);
  return {array.begin(), array.end()};
}

}  // namespace

template <class T>
Array<T> scores_of(nn::Layer<T>& net, const Array<T>& images, std::size_t piece) {
  require<ValueError>(piece >= 1, "scores_of", "piece", "be >= 1", piece);
  require<ShapeError>(images.dimension() >= 1 && images.shape()[0] > 0, "scores_of", "images",
                      "be at least one", Shape(images.shape()));
  const NoGrad guard;
  const EvalMode<T> mode(net);
  const std::size_t count = images.shape()[0];
  Array<T> scores;
  for (std::size_t done = 0; done < count; done += piece) {
    std::vector<std::int64_t> rows(std::min(piece, count - done));
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<std::int64_t>(done + i);
    const auto part = net(data::detail::gather_rows(images, rows.data(), rows.size()));
    require_rank("scores_of", "net(images)", part.shape(), 2);
    if (done == 0) scores = empty_array<T>({count, part.shape()[1]});
    std::copy_n(part.value().data(), part.value().size(), scores.data() + done * part.shape()[1]);
  }
  return scores;
}

StateDict History::state_dict() const {
  StateDict state;
  state.set("step_loss", array_of(step_loss));
  state.set("train_loss", array_of(train_loss));
  state.set("train_accuracy", array_of(train_accuracy));
  state.set("test_loss", array_of(test_loss));
  state.set("test_accuracy", array_of(test_accuracy));
  state.set("seconds", array_of({seconds}));
  return state;
}

void History::load_state_dict(const StateDict& state) {
  History read;
  read.step_loss = values_of(state, "step_loss");
  read.train_loss = values_of(state, "train_loss");
  read.train_accuracy = values_of(state, "train_accuracy");
  read.test_loss = values_of(state, "test_loss");
  read.test_accuracy = values_of(state, "test_accuracy");
  const auto time = values_of(state, "seconds");
  require<ValueError>(time.size() == 1 && state.size() == 6, "History", "state",
                      "have 6 entries and one time", state.size());
  read.seconds = time[0];
  *this = std::move(read);
}

template <class T>
void train_epoch(nn::Layer<T>& net, optim::Optimizer<T>& optimizer,
                 data::DataLoader<Array<T>, IndexArray>& loader, History& history,
                 const EpochOptions<T>& options) {
  Nowhere nowhere;
  std::ostream silence(&nowhere);
  std::ostream& stream = options.progress ? *options.progress : silence;
  Progress progress(
      stream,
      {.label = options.label, .total = loader.example_count(), .live = is_terminal(stream)});
  Sums sums;
  net.train();
  for (auto [images, labels] : loader) {
    const auto scores = net(std::move(images));
    const auto loss = cross_entropy(scores, labels);
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
    if (options.after_step) options.after_step();

    const auto value = static_cast<double>(loss.value()());
    sums.add(value, accuracy(scores.value(), labels), static_cast<double>(labels.size()));
    history.step_loss.push_back(value);
    progress.advance(labels.size(), {{"loss", sums.mean_loss()}, {"accuracy", sums.accuracy()}});
  }
  optimizer.zero_grad();
  history.seconds += progress.seconds();
  history.train_loss.push_back(sums.mean_loss());
  history.train_accuracy.push_back(sums.accuracy());
  Figures figures{{"loss", sums.mean_loss()}, {"accuracy", sums.accuracy()}};
  if (options.test) {
    test_epoch(net, *options.test, history);
    figures.push_back({"held-out accuracy", history.test_accuracy.back()});
  }
  progress.finish(figures);
}

IndexArray first_mistakes(const IndexArray& predicted, const IndexArray& labels, std::size_t most) {
  require_rank("first_mistakes", "labels", labels.shape(), 1);
  require<ShapeError>(predicted.shape() == labels.shape(), "first_mistakes", "predicted",
                      "have the shape of labels " + to_string(Shape(labels.shape())),
                      Shape(predicted.shape()));
  std::vector<std::int64_t> rows;
  for (std::size_t i = 0; i < labels.size() && rows.size() < most; ++i) {
    if (predicted.data()[i] != labels.data()[i]) rows.push_back(static_cast<std::int64_t>(i));
  }
  auto result = IndexArray::from_shape({rows.size()});
  std::copy(rows.begin(), rows.end(), result.data());
  return result;
}

#define XGRAD_INSTANTIATE(T)                                                   \
  template Array<T> scores_of(nn::Layer<T>&, const Array<T>&, std::size_t);    \
  template void train_epoch(nn::Layer<T>&, optim::Optimizer<T>&,               \
                            data::DataLoader<Array<T>, IndexArray>&, History&, \
                            const EpochOptions<T>&);
XGRAD_INSTANTIATE(float)
XGRAD_INSTANTIATE(double)
#undef XGRAD_INSTANTIATE

}  // namespace xg::train
