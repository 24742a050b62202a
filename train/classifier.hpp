#pragma once

#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include <xgrad/data/images.hpp>
#include <xgrad/data/loader.hpp>
#include <xgrad/nn/module.hpp>
#include <xgrad/optim/optimizer.hpp>

namespace xg::train {

/// Scores of a whole set, in pieces, in evaluation mode and without a graph; the net is left in the
/// mode it was in.
///
/// @param images  [count, channels, height, width].
/// @return        [count, classes].
/// @throws ValueError if piece is 0; ShapeError if there are no images.
template <class T>
Array<T> scores_of(nn::Layer<T>& net, const Array<T>& images, std::size_t piece = 500);

/// What a run leaves behind for its curves; a part of a checkpoint.
struct History {
  std::vector<double> step_loss;                   ///< of each batch
  std::vector<double> train_loss, train_accuracy;  ///< of each epoch, while it learned
  std::vector<double> test_loss, test_accuracy;    ///< after each epoch; empty without a test set
  double seconds = 0;                              ///< spent in training

  std::size_t epochs() const { return train_loss.size(); }
  StateDict state_dict() const;
  /// @throws ValueError or ShapeError, with nothing changed.
  void load_state_dict(const StateDict& state);
};

template <class T>
struct EpochOptions {
  std::string label = "";                         ///< of the bar: "epoch 3/20"
  std::ostream* progress = nullptr;               ///< where the bar goes; null: nowhere
  const data::LabelledImages<T>* test = nullptr;  ///< to be scored after the epoch
  std::function<void()> after_step = nullptr;     ///< after each update: a schedule by steps
};

/// One epoch of a classifier: cross-entropy of every batch of the loader, backward, a step. Puts
/// the net into training mode, and adds to the history. The bar is live on a terminal.
///
///   for (auto epoch = loader.epoch(); epoch < 20; ++epoch) {
///     xg::train::train_epoch(net, adam, loader, history, {.progress = &std::cout, .test = &test});
///   }
template <class T>
void train_epoch(nn::Layer<T>& net, optim::Optimizer<T>& optimizer,
                 data::DataLoader<Array<T>, IndexArray>& loader, History& history,
                 const EpochOptions<T>& options = {});

/// Rows of the examples that were taken for another class: the first `most` of them.
///
/// @param predicted, labels  [count].
/// @throws ShapeError if the shapes differ.
IndexArray first_mistakes(const IndexArray& predicted, const IndexArray& labels, std::size_t most);

}  // namespace xg::train
