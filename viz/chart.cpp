#include "xgrad/viz/chart.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "xgrad/core/error.hpp"
#include "xgrad/viz/html.hpp"

namespace xg::viz {
namespace {

constexpr double width = 560, height = 300, left = 64, right = 14, top = 14, bottom = 46;

// What maps a value to its place; on a logarithmic axis values are their logarithms.
struct Axis {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  double at_low = 0, at_high = 0;

  void include(double value) {
    if (!std::isfinite(value)) return;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  void settle() {
    if (low > high) low = 0, high = 1;
    if (low == high) low -= .5, high += .5;
  }
  double place(double value) const {
    return at_low + (value - low) / (high - low) * (at_high - at_low);
  }
};

double scaled(double value, bool log) {
  if (!log) return value;
  return value > 0 ? std::log10(value) : std::numeric_limits<double>::quiet_NaN();
}

std::string path_of(const Curve& curve, const Axis& x, const Axis& y, bool log) {
  std::string path;
  bool drawing = false;
  for (std::size_t i = 0; i < curve.x.size(); ++i) {
    const double value = scaled(curve.y[i], log);
    const bool visible = std::isfinite(value) && std::isfinite(curve.x[i]);
    if (visible) {
      path +=
          fmt::format("{}{:.1f} {:.1f}", drawing ? 'L' : 'M', x.place(curve.x[i]), y.place(value));
    }
    drawing = visible;
  }
  return path;
}

std::string text(double x, double y, const std::string& anchor, const std::string& words,
                 const std::string& more = "") {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\"{}>{}</text>\n", x, y,
                     anchor, more, escape_html(words));
}

std::string grid(const Axis& x, const Axis& y, bool log) {
  std::string svg;
  for (const double tick : axis_ticks(x.low, x.high, 6)) {
    const double at = x.place(tick);
    svg +=
        fmt::format("<line class=\"grid\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1}\" y2=\"{2}\"/>\n",
                    at, y.at_high, y.at_low);
    svg += text(at, y.at_low + 17, "middle", fmt::format("{:.6g}", tick));
  }
  for (const double tick : axis_ticks(y.low, y.high, 5)) {
    const double at = y.place(tick);
    svg +=
        fmt::format("<line class=\"grid\" x1=\"{1}\" x2=\"{2}\" y1=\"{0:.1f}\" y2=\"{0:.1f}\"/>\n",
                    at, x.at_low, x.at_high);
    svg += text(left - 8, at + 4, "end", fmt::format("{:.3g}", log ? std::pow(10, tick) : tick));
  }
  return svg;
}

std::string legend(const std::vector<Curve>& curves) {
  std::string html = "<div class=\"legend\">";
  for (std::size_t i = 0; i < curves.size(); ++i) {
    html += fmt::format("<span><i class=\"c{}\"></i>{}</span>", i % 6, escape_html(curves[i].name));
  }
  return html + "</div>\n";
}

}  // namespace

std::vector<double> axis_ticks(double low, double high, int count) {
  std::vector<double> ticks;
  if (!(high > low) || count < 1) return ticks;
  const double rough = (high - low) / count;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double factor : {5., 2., 1.}) {
    if (rough <= factor * power * (1 + 1e-9)) step = factor * power;
  }
  const double slack = 1e-9 * step;
  for (double i = std::ceil((low - slack) / step); i * step <= high + slack; ++i) {
    ticks.push_back(i * step);
  }
  return ticks;
}

std::string line_chart(const std::vector<Curve>& curves, const ChartOptions& options) {
  Axis x, y;
  x.at_low = left, x.at_high = width - right;
  y.at_low = height - bottom, y.at_high = top;
  for (const Curve& curve : curves) {
    require<ValueError>(curve.x.size() == curve.y.size(), "line_chart", "curve",
                        fmt::format("have {} y, one for each x", curve.x.size()), curve.y.size());
    for (const double value : curve.x) x.include(value);
    for (const double value : curve.y) y.include(scaled(value, options.log_y));
  }
  x.settle();
  y.settle();
  std::string svg = fmt::format("<svg viewBox=\"0 0 {} {}\" role=\"img\">\n", width, height);
  svg += grid(x, y, options.log_y);
  for (std::size_t i = 0; i < curves.size(); ++i) {
    svg += fmt::format("<path class=\"curve c{}\" d=\"{}\"/>\n", i % 6,
                       path_of(curves[i], x, y, options.log_y));
  }
  svg += text((left + width - right) / 2, height - 8, "middle", options.x_label);
  svg +=
      text(0, 0, "middle", options.y_label,
           fmt::format(" transform=\"translate(14 {}) rotate(-90)\"", (top + height - bottom) / 2));
  return svg + "</svg>\n" + legend(curves);
}

}  // namespace xg::viz
