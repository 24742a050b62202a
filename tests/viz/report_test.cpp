#include <xgrad/core/error.hpp>
#include <xgrad/viz/html.hpp>
#include <xgrad/viz/report.hpp>

#include <zlib.h>

#include <cmath>

#include "support/catch.hpp"

using namespace xg;
using namespace xg::viz;
using test::contains;

namespace {

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

}  // namespace

TEST_CASE("base64: agrees with the examples of RFC 4648", "[viz][png]") {
  REQUIRE(base64("") == "");
  REQUIRE(base64("f") == "Zg==");
  REQUIRE(base64("fo") == "Zm8=");
  REQUIRE(base64("foo") == "Zm9v");
  REQUIRE(base64("foobar") == "Zm9vYmFy");
  REQUIRE(base64("\xff\xfe\xfd") == "//79");
}

TEST_CASE("encode_png: header and rows come back from the bytes", "[viz][png]") {
  const Bitmap bitmap{2, 2, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}};
  const std::string png = encode_png(bitmap);
  REQUIRE(png.substr(0, 8) == "\x89PNG\r\n\x1a\n");
  // Signature and IHDR of a 2 x 2 RGB image, its checksum from an outside zlib.
  REQUIRE(base64(png.substr(0, 33)) == "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91Jpz");
  const auto length = static_cast<std::uint8_t>(png[36]);
  unsigned char rows[14];
  uLongf size = sizeof rows;
  REQUIRE(uncompress(rows, &size, reinterpret_cast<const Bytef*>(png.data()) + 41, length) == Z_OK);
  REQUIRE(size == 14);
  REQUIRE(rows[0] == 0);
  REQUIRE(rows[1] == 1);
  REQUIRE(rows[13] == 12);
  REQUIRE_THROWS_WITH(encode_png({2, 1, {0, 0, 0}}),
                      "encode_png: rgb.size() must be 3 * width * height, got 3");
}

TEST_CASE("to_bitmap: grey, paper, diverging and NaN", "[viz][tiles]") {
  const Array<double> image{{0., 1.}, {-1., std::nan("")}};
  const auto grey = to_bitmap(image, Colours::grey, 1);
  REQUIRE(grey.rgb == std::vector<std::uint8_t>{0, 0, 0, 255, 255, 255, 0, 0, 0, 255, 220, 0});
  REQUIRE(to_bitmap(image, Colours::paper, 1).rgb[0] == 255);
  const auto signs = to_bitmap(image, Colours::diverging, 2);
  REQUIRE(signs.width == 4);
  REQUIRE(signs.rgb[0] == 255);                      // zero is white
  REQUIRE(signs.rgb[3 * 3] > signs.rgb[3 * 3 + 2]);  // one is red
  REQUIRE(signs.rgb[3 * 8] < signs.rgb[3 * 8 + 2]);  // minus one is blue
  REQUIRE_THROWS_AS(to_bitmap(Array<double>{1., 2.}, Colours::grey, 1), ShapeError);
}

TEST_CASE("axis_ticks: round numbers inside the range", "[viz][chart]") {
  const auto ticks = axis_ticks(0, 1, 5);
  REQUIRE(ticks.size() == 6);
  REQUIRE(ticks[1] == Approx(.2));
  REQUIRE(axis_ticks(3, 47, 5) == std::vector<double>{10, 20, 30, 40});
  REQUIRE(axis_ticks(1, 1, 5).empty());
}

TEST_CASE("line_chart: leaves gaps where a value is not finite", "[viz][chart]") {
  const double nan = std::nan("");
  const auto svg = line_chart({{"a", {0, 1, 2, 3, 4}, {1, 2, nan, 4, 5}}});
  const auto path = svg.substr(svg.find("d=\"M"));
  REQUIRE(count_of(path.substr(0, path.find("/>")), "M") == 2);
  REQUIRE_THAT(line_chart({{"flat", {1}, {7}}}), !contains("nan") && !contains("inf"));
  REQUIRE_THAT(line_chart({}), !contains("nan") && !contains("inf"));
  REQUIRE_THROWS_WITH(line_chart({{"a", {1, 2}, {1}}}),
                      "line_chart: curve must have 2 y, one for each x, got 1");
}

TEST_CASE("Report: escapes every text and refers to nothing outside", "[viz][report]") {
  const std::string evil = "<x>&\"'</x>";
  Report report(evil, evil);
  report.section(evil);
  report.paragraph(evil);
  report.facts({{evil, evil}});
  report.chart(evil, {{evil, {0, 1}, {0, 1}}}, {.x_label = evil, .y_label = evil});
  report.images(evil, xt::ones<double>({1, 2, 2}), Colours::grey, {evil});
  report.table(evil, {evil}, {{evil}});
  const std::string page = report.html();
  REQUIRE_THAT(page, !contains("<x>") && !contains("http") && !contains("<script"));
  REQUIRE(count_of(page, escape_html(evil)) == 17);
}

TEST_CASE("Report: a confusion matrix shows its counts", "[viz][report]") {
  Report report("r");
  report.confusion_matrix("c", IndexArray{{12, 3}, {0, 45}});
  REQUIRE_THAT(report.html(), contains(">12</td>") && contains(">3</td>") && contains(">45</td>"));
  REQUIRE_THROWS_AS(report.confusion_matrix("c", IndexArray{{1, 2}}), ShapeError);
  report.confusion_matrix("named", IndexArray{{12, 3}, {0, 45}}, {"<cat>", "dog"});
  REQUIRE(report.html().find("<tr><th>&lt;cat&gt;</th>") != std::string::npos);
  REQUIRE(report.html().find("predicted</th><th>&lt;cat&gt;</th><th>dog</th>") !=
          std::string::npos);
  REQUIRE_THROWS_WITH(report.confusion_matrix("c", IndexArray{{1, 0}, {0, 1}}, {"a"}),
                      "confusion_matrix: names must be 2, one for each class, got 1");
  REQUIRE_THROWS_WITH(report.images("i", xt::ones<double>({2, 2, 2}), Colours::grey, {"one"}),
                      "images: captions must be 2, one for each image, got 1");
}

TEST_CASE("Report: says when its file cannot be written", "[viz][report][errors]") {
  REQUIRE_THROWS_WITH(Report("r").save("/no/such/folder/r.html"),
                      "save: /no/such/folder/r.html: the report cannot be written");
}
