#pragma once

#include <string>
#include <vector>

namespace xg::viz {

/// One curve: as many x as y; values that are not finite leave a gap.
struct Curve {
  std::string name;
  std::vector<double> x;
  std::vector<double> y;
};

struct ChartOptions {
  std::string x_label = "";
  std::string y_label = "";
  bool log_y = false;  ///< decades on the y axis; values <= 0 leave a gap
};

/// A line chart as an SVG element that takes its colours from the report's style sheet.
///
/// @throws ValueError if a curve has not as many x as y.
std::string line_chart(const std::vector<Curve>& curves, const ChartOptions& options = {});

/// Round numbers that divide [low, high] into about `count` steps of 1, 2 or 5 times a power of
/// ten.
std::vector<double> axis_ticks(double low, double high, int count);

}  // namespace xg::viz
