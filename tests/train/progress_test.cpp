#include <xgrad/train/progress.hpp>

#include <sstream>

#include "support/catch.hpp"

using namespace xg::train;

TEST_CASE("Progress: a live line shows share, figures, rate and time left", "[train][progress]") {
  double now = 5;
  std::ostringstream out;
  Progress progress(out,
                    {.label = "epoch 1", .total = 4000, .live = true, .bar_width = 8, .clock = [&] {
                       return now;
                     }});
  now += 1;
  progress.advance(1000, {{"loss", 0.5}, {"accuracy", 0.25}});
  REQUIRE(out.str() ==
          "\repoch 1 [==>     ]  25 %  loss 0.5000  accuracy 0.2500  1.0k examples/s  0:03 left");
  now += 0.05;  // too soon to draw again
  const auto before = out.str();
  progress.advance(1000, {{"loss", 0.4}});
  REQUIRE(out.str() == before);
  now += 0.95;
  progress.finish({{"loss", 0.4}});
  const std::string last = "\repoch 1  loss 0.4000  1.0k examples/s  2.00 s";
  REQUIRE(out.str().substr(before.size(), last.size()) == last);
  REQUIRE(out.str().back() == '\n');
  REQUIRE(out.str().find_first_not_of(' ', before.size() + last.size()) == out.str().size() - 1);
}

TEST_CASE("Progress: without a terminal there is one plain line", "[train][progress]") {
  double now = 0;
  std::ostringstream out;
  Progress progress(out, {.label = "epoch 2", .total = 10, .clock = [&] { return now; }});
  for (int i = 0; i < 10; ++i) {
    now += 1;
    progress.advance(1, {{"loss", 1.0}});
  }
  REQUIRE(out.str().empty());
  progress.finish({{"loss", 0.125}});
  REQUIRE(out.str() == "epoch 2  loss 0.1250  1 examples/s  10.00 s\n");
  REQUIRE(progress.done() == 10);
  REQUIRE_FALSE(is_terminal(out));
}
