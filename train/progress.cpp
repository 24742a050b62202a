#include "xgrad/train/progress.hpp"

#include <algorithm>
#include <cmath>
#include <iostream>

#include <fmt/format.h>
#include <unistd.h>

namespace xg::train {
namespace {

double steady_seconds() {
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double>(since).count();
}

std::string duration_text(double seconds) {
  if (!(seconds < 360000)) return "?";  // over 99 hours, or no number
  const auto whole = static_cast<long>(std::lround(seconds));
  if (whole >= 3600) {
    return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  }
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

std::string rate_text(double rate) {
  if (rate >= 1e6) return fmt::format("{:.2f}M examples/s", rate / 1e6);
  if (rate >= 1e3) return fmt::format("{:.1f}k examples/s", rate / 1e3);
  return fmt::format("{:.0f} examples/s", rate);
}

std::string figures_text(const Figures& figures) {
  std::string text;
  for (const auto& [name, value] : figures) text += fmt::format("  {} {:.4f}", name, value);
  return text;
}

std::string bar_text(double share, int width) {
  const int filled = static_cast<int>(share * width);
  std::string bar(static_cast<std::size_t>(std::max(0, filled)), '=');
  if (filled < width) bar += '>';
  bar.resize(static_cast<std::size_t>(width), ' ');
  return fmt::format(" [{}] {:3.0f} %", bar, 100 * share);
}

}  // namespace

bool is_terminal(const std::ostream& stream) {
  if (&stream == &std::cout) return isatty(STDOUT_FILENO) == 1;
  if (&stream == &std::cerr || &stream == &std::clog) return isatty(STDERR_FILENO) == 1;
  return false;
}

Progress::Progress(std::ostream& stream, ProgressOptions options)
    : stream_(stream), options_(std::move(options)) {
  if (!options_.clock) options_.clock = steady_seconds;
  options_.bar_width = std::max(options_.bar_width, 1);
  start_ = options_.clock();
}

double Progress::seconds() const { return options_.clock() - start_; }

double Progress::rate() const {
  const double passed = seconds();
  return passed > 0 ? static_cast<double>(done_) / passed : 0;
}

std::string Progress::line(const Figures& figures) const {
  std::string text = options_.label;
  if (options_.total > 0) {
    const double share = static_cast<double>(done_) / static_cast<double>(options_.total);
    text += bar_text(std::min(share, 1.), options_.bar_width);
  } else {
    text += fmt::format(" {} examples", done_);
  }
  text += figures_text(figures) + "  " + rate_text(rate());
  if (options_.total > 0) {
    const std::size_t left = options_.total - std::min(options_.total, done_);
    text += "  " + duration_text(static_cast<double>(left) / rate()) + " left";
  }
  return text;
}

// Spaces cover what a longer line has left on the screen.
void Progress::draw(const std::string& line) {
  const std::size_t cover = width_ > line.size() ? width_ - line.size() : 0;
  stream_ << '\r' << line << std::string(cover, ' ') << std::flush;
  width_ = line.size();
}

void Progress::advance(std::size_t examples, const Figures& figures) {
  done_ += examples;
  if (!options_.live) return;
  const double now = options_.clock();
  if (now - drawn_ < options_.interval) return;
  drawn_ = now;
  draw(line(figures));
}

void Progress::finish(const Figures& figures) {
  const std::string text = options_.label + figures_text(figures) + "  " + rate_text(rate()) +
                           fmt::format("  {:.2f} s", seconds());
  if (options_.live) {
    draw(text);
    stream_ << '\n';
  } else {
    stream_ << text << '\n';
  }
  stream_ << std::flush;
  width_ = 0;
}

}  // namespace xg::train
