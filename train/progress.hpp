#pragma once

#include <chrono>
#include <functional>
#include <iosfwd>
#include <string>
#include <utility>
#include <vector>

namespace xg::train {

/// Figures shown beside a bar, in this order: {{"loss", 0.31}, {"accuracy", 0.92}}.
using Figures = std::vector<std::pair<std::string, double>>;

/// True if the stream is std::cout or std::cerr (or std::clog) and that is a terminal.
bool is_terminal(const std::ostream& stream);

struct ProgressOptions {
  std::string label = "";  ///< what is in progress: "epoch 3/20"
  std::size_t total = 0;   ///< examples to come; 0: unknown, no time left is shown
  bool live = false;       ///< one line, rewritten; else a plain line at the end
  double interval = 0.1;   ///< seconds between two drawings of a live line
  int bar_width = 24;      ///< characters of a live bar
  /// Seconds from some fixed moment; for tests. Empty: the steady clock.
  std::function<double()> clock = nullptr;
};

/// Shows how an epoch goes, on a stream that the caller gives: the library prints nothing itself.
///
///   xg::train::Progress progress(std::cout, {.label = "epoch 1", .total = loader.example_count(),
///                                            .live = xg::train::is_terminal(std::cout)});
///   for (...) progress.advance(labels.size(), {{"loss", loss.item()}});
///   progress.finish({{"held-out accuracy", accuracy}});
///
/// prints, for example
///   epoch 1 [=========>              ]  41 %  loss 0.4312  18.2k examples/s  0:03 left
class Progress {
 public:
  Progress(std::ostream& stream, ProgressOptions options);

  /// `examples` more are done. The line is drawn anew when the interval has passed.
  void advance(std::size_t examples, const Figures& figures);
  /// Ends the line: label, figures, rate and time taken.
  void finish(const Figures& figures);

  std::size_t done() const { return done_; }
  /// Since the construction.
  double seconds() const;

 private:
  std::string line(const Figures& figures) const;
  double rate() const;
  void draw(const std::string& line);

  std::ostream& stream_;
  ProgressOptions options_;
  double start_;
  double drawn_ = -1e300;
  std::size_t done_ = 0;
  std::size_t width_ = 0;  // of the line on the screen
};

}  // namespace xg::train
