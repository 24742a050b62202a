#pragma once

#include <string>
#include <utility>
#include <vector>

#include <xgrad/core/array.hpp>
#include <xgrad/viz/chart.hpp>
#include <xgrad/viz/tiles.hpp>

namespace xg::viz {

/// A page of text, curves, images and tables in one HTML file that needs nothing else: pictures are
/// inside, no script, no font, no network. Follows the reader's light or dark setting. All text is
/// escaped.
///
///   xg::viz::Report report("Digits");
///   report.facts({{"held-out accuracy", "97.8 %"}});
///   report.chart("Loss", {{"train", steps, losses}}, {.x_label = "step"});
///   report.save("report.html");
class Report {
 public:
  explicit Report(std::string title, std::string subtitle = "");

  /// A heading over what follows.
  void section(const std::string& title);
  void paragraph(const std::string& text);
  /// Figures that the reader should see first, each with its name.
  void facts(const std::vector<std::pair<std::string, std::string>>& named);
  /// @throws ValueError if a curve has not as many x as y.
  void chart(const std::string& title, const std::vector<Curve>& curves,
             const ChartOptions& options = {});

  /// Images side by side.
  ///
  /// @param images    [count, height, width] or [count, channels, height, width].
  /// @param captions  one for each image, or none at all.
  /// @throws ShapeError for another shape, ValueError for another number of captions.
  void images(const std::string& title, const Array<double>& images, Colours colours,
              const std::vector<std::string>& captions = {});

  /// Counts of examples by true class (rows) and predicted class (columns), shaded row by row.
  ///
  /// @param counts  [classes, classes].
  /// @param names   of the classes, or none: their numbers.
  /// @throws ShapeError for another shape, ValueError for another number of names.
  void confusion_matrix(const std::string& title, const IndexArray& counts,
                        const std::vector<std::string>& names = {});

  void table(const std::string& title, const std::vector<std::string>& header,
             const std::vector<std::vector<std::string>>& rows);

  /// The whole page.
  std::string html() const;
  /// Writes the page. @throws IoError if the file cannot be written.
  void save(const std::string& path) const;

 private:
  std::string title_, subtitle_, body_;
};

}  // namespace xg::viz
