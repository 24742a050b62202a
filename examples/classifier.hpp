#pragma once

// What the examples that train classifiers share: the checks before, the report after.

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include <xgrad/data/images.hpp>
#include <xgrad/train/classifier.hpp>
#include <xgrad/train/metrics.hpp>
#include <xgrad/train/sanity.hpp>
#include <xgrad/viz/report.hpp>
#include <xgrad/xgrad.hpp>

/// Compares the derivative of a model's loss by every parameter with differences, and says so.
///
/// @param handles  the Variables that the model computes with; they are replaced meanwhile.
template <class Net>
bool check_gradients(Net& net, const std::vector<xg::Variable<double>*>& handles,
                     const xg::data::LabelledImages<float>& few) {
  const xg::Variable<double> images(xg::Array<double>(xt::cast<double>(few.images)));
  const auto loss_of = [&](const xg::Variables<double>& p) -> xg::Variables<double> {
    for (std::size_t i = 0; i < handles.size(); ++i) *handles[i] = p[i];
    return {cross_entropy(net(images), few.labels)};
  };
  const auto report = xg::gradcheck(loss_of, net.parameters());
  std::cout << "gradient check in double: " << report.entries.size() << " derivatives, "
            << (report.passed ? "all agree with differences" : report.reason) << std::endl;
  if (!report.passed) std::cout << report.table << std::endl;
  return report.passed;
}

/// The loss of a fresh net beside that of guessing.
inline xg::train::SanityReport check_initial_loss(xg::nn::Layer<float>& net,
                                                  const xg::data::LabelledImages<float>& set) {
  const auto some = xg::data::split(set, std::min(1., 500. / static_cast<double>(set.size())), 0);
  // In training mode: a fresh batch norm's running statistics are those of no data.
  const xg::NoGrad guard;
  const auto loss = cross_entropy(net(some.test.images), some.test.labels).value()();
  const auto report = xg::train::check_initial_loss(static_cast<double>(loss), 10);
  std::cout << report.text << std::endl;
  return report;
}

inline std::string text_of(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

/// Means of so many steps at a time, against epochs.
inline xg::viz::Curve smooth_loss(const xg::train::History& history, std::size_t points) {
  xg::viz::Curve curve{"training batches", {}, {}};
  const auto& loss = history.step_loss;
  const std::size_t window = std::max<std::size_t>(1, loss.size() / points);
  const auto per_epoch = static_cast<double>(loss.size()) / static_cast<double>(history.epochs());
  for (std::size_t i = 0; i + window <= loss.size(); i += window) {
    double sum = 0;
    for (std::size_t j = i; j < i + window; ++j) sum += loss[j];
    curve.x.push_back(static_cast<double>(i + window) / per_epoch);
    curve.y.push_back(sum / static_cast<double>(window));
  }
  return curve;
}

inline void add_curves(xg::viz::Report& report, const xg::train::History& history) {
  std::vector<double> epoch;
  for (std::size_t i = 0; i < history.epochs(); ++i) epoch.push_back(static_cast<double>(i + 1));
  const auto training = smooth_loss(history, 300);
  const auto [least, most] = std::minmax_element(training.y.begin(), training.y.end());
  const bool decades = !training.y.empty() && *most > 20 * *least;
  report.chart("Loss", {training, {"held out", epoch, history.test_loss}},
               {.x_label = "epoch", .y_label = "cross entropy", .log_y = decades});
  report.chart(
      "Accuracy",
      {{"training", epoch, history.train_accuracy}, {"held out", epoch, history.test_accuracy}},
      {.x_label = "epoch", .y_label = "share right"});
}

/// Who was taken for whom: the counts, and some of the pictures.
///
/// @param names  of the classes.
inline void add_confusion(xg::viz::Report& report, const xg::IndexArray& predicted,
                          const xg::data::LabelledImages<float>& set,
                          const std::vector<std::string>& names, xg::viz::Colours colours) {
  const auto classes = static_cast<std::int64_t>(names.size());
  report.confusion_matrix("Confusion on held-out images",
                          xg::train::confusion_matrix(predicted, set.labels, classes), names);
  const auto rows = xg::train::first_mistakes(predicted, set.labels, 16);
  const auto mistakes = xg::data::take(set, rows);
  std::vector<std::string> captions;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto guess = predicted(static_cast<std::size_t>(rows(i)));
    captions.push_back(names[static_cast<std::size_t>(mistakes.labels(i))] + " taken for " +
                       names[static_cast<std::size_t>(guess)]);
  }
  report.images("Mistakes", xt::cast<double>(mistakes.images), colours, captions);
}
