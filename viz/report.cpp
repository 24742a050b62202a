#include "xgrad/viz/report.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>

#include <fmt/format.h>

#include "xgrad/core/error.hpp"
#include "xgrad/viz/html.hpp"
#include "xgrad/viz/report_style.hpp"

namespace xg::viz {
namespace {

std::string card(const std::string& kind, const std::string& title, const std::string& content) {
  return fmt::format("<section class=\"card {}\"><h3>{}</h3>\n{}</section>\n", kind,
                     escape_html(title), content);
}

std::string row_of(const std::vector<std::string>& cells, const char* tag) {
  std::string html = "<tr>";
  for (const auto& cell : cells) html += fmt::format("<{0}>{1}</{0}>", tag, escape_html(cell));
  return html + "</tr>\n";
}

std::string figure(const Bitmap& bitmap, const std::string& caption) {
  const std::string below =
      caption.empty() ? "" : "<figcaption>" + escape_html(caption) + "</figcaption>";
  return fmt::format(
      "<figure><img width=\"{}\" height=\"{}\" alt=\"{}\" src=\"data:image/png;base64,{}\">{}"
      "</figure>\n",
      bitmap.width, bitmap.height, escape_html(caption), base64(encode_png(bitmap)), below);
}

Array<double> image_of(const Array<double>& images, std::size_t index) {
  Shape shape(images.shape().begin() + 1, images.shape().end());
  Array<double> one(shape);
  std::copy_n(images.data() + index * one.size(), one.size(), one.data());
  return one;
}

// The row's own total is the scale: a rare class is as readable as a common one.
std::string confusion_row(const IndexArray& counts, std::size_t row, const std::string& name) {
  const std::size_t classes = counts.shape()[1];
  std::int64_t total = 0;
  for (std::size_t j = 0; j < classes; ++j) total += counts(row, j);
  std::string html = "<tr><th>" + escape_html(name) + "</th>";
  for (std::size_t j = 0; j < classes; ++j) {
    const std::int64_t count = counts(row, j);
    const double share = total > 0 ? static_cast<double>(count) / static_cast<double>(total) : 0;
    html += fmt::format("<td class=\"{}\" style=\"background: rgba(var(--shade), {:.3f})\">{}</td>",
                        row == j     ? "right"
                        : count == 0 ? "none"
                                     : "",
                        .55 * std::sqrt(share), count);
  }
  return html + "</tr>\n";
}

}  // namespace

std::string escape_html(std::string_view text) {
  std::string escaped;
  for (const char letter : text) {
    switch (letter) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += letter;
    }
  }
  return escaped;
}

Report::Report(std::string title, std::string subtitle)
    : title_(std::move(title)), subtitle_(std::move(subtitle)) {}

void Report::section(const std::string& title) { body_ += "<h2>" + escape_html(title) + "</h2>\n"; }

void Report::paragraph(const std::string& text) { body_ += "<p>" + escape_html(text) + "</p>\n"; }

void Report::facts(const std::vector<std::pair<std::string, std::string>>& named) {
  body_ += "<div class=\"facts\">";
  for (const auto& [name, value] : named) {
    body_ +=
        fmt::format("<div><b>{}</b><span>{}</span></div>\n", escape_html(value), escape_html(name));
  }
  body_ += "</div>\n";
}

void Report::chart(const std::string& title, const std::vector<Curve>& curves,
                   const ChartOptions& options) {
  body_ += card("chart", title, line_chart(curves, options));
}

void Report::images(const std::string& title, const Array<double>& all, Colours colours,
                    const std::vector<std::string>& captions) {
  const std::size_t rank = all.dimension();
  require<ShapeError>(rank == 3 || rank == 4, "images", "images", "have rank 3 or 4",
                      Shape(all.shape()));
  const std::size_t count = all.shape()[0];
  require<ValueError>(captions.empty() || captions.size() == count, "images", "captions",
                      fmt::format("be {}, one for each image", count), captions.size());
  double largest = 1e-30;
  for (const double value : all) {
    if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
  }
  const std::size_t edge = std::max<std::size_t>(1, all.shape()[rank - 1]);
  const std::size_t scale = std::max<std::size_t>(1, 64 / edge);
  std::string tiles = "<div class=\"tiles\">";
  for (std::size_t i = 0; i < count; ++i) {
    tiles += figure(to_bitmap(image_of(all, i), colours, scale, largest),
                    captions.empty() ? "" : captions[i]);
  }
  body_ += card("images", title, tiles + "</div>\n");
}

void Report::confusion_matrix(const std::string& title, const IndexArray& counts,
                              const std::vector<std::string>& names) {
  require<ShapeError>(counts.dimension() == 2 && counts.shape()[0] == counts.shape()[1],
                      "confusion_matrix", "counts", "be [classes, classes]", Shape(counts.shape()));
  const std::size_t classes = counts.shape()[0];
  require<ValueError>(names.empty() || names.size() == classes, "confusion_matrix", "names",
                      fmt::format("be {}, one for each class", classes), names.size());
  const auto name_of = [&](std::size_t i) { return names.empty() ? std::to_string(i) : names[i]; };
  std::string html = "<table class=\"confusion\"><tr><th>true \\ predicted</th>";
  for (std::size_t j = 0; j < classes; ++j) html += "<th>" + escape_html(name_of(j)) + "</th>";
  html += "</tr>\n";
  for (std::size_t i = 0; i < classes; ++i) html += confusion_row(counts, i, name_of(i));
  body_ += card("", title, html + "</table>\n");
}

void Report::table(const std::string& title, const std::vector<std::string>& header,
                   const std::vector<std::vector<std::string>>& rows) {
  std::string html = "<table class=\"rows\">" + row_of(header, "th");
  for (const auto& row : rows) html += row_of(row, "td");
  body_ += card("", title, html + "</table>\n");
}

std::string Report::html() const {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{0}</title>\n<style>{1}</style></head>\n<body><h1>{0}</h1>\n"
      "<p class=\"subtitle\">{2}</p>\n<main>\n{3}</main></body></html>\n",
      escape_html(title_), detail::report_style, escape_html(subtitle_), body_);
}

void Report::save(const std::string& path) const {
  std::ofstream file(path, std::ios::binary);
  file << html();
  file.close();
  if (!file) throw IoError("save: " + path + ": the report cannot be written");
}

}  // namespace xg::viz
