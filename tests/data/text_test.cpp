#include <xgrad/data/text.hpp>

#include <cstdio>
#include <fstream>

#include "support/catch.hpp"

using namespace xg;

TEST_CASE("characters are numbered in the order of their codes", "[data][text]") {
  const data::Characters characters("banana\n\xff");
  CHECK(characters.size() == 5);  // newline a b n 255
  const IndexArray tokens = characters.encode("nab\xff\n");
  CHECK((tokens == IndexArray{3, 1, 2, 4, 0}));
  CHECK(characters.decode(tokens) == "nab\xff\n");
  CHECK(characters.decode(characters.encode("")).empty());
  CHECK_THROWS_WITH(characters.encode("bad"),
                    "Characters.encode: character must be in the vocabulary, got code 100");
  CHECK_THROWS_WITH(characters.decode(IndexArray{5}),
                    "Characters.decode: token must be in [0, 5), got 5");
}

TEST_CASE("streams read a text side by side", "[data][text]") {
  const IndexArray text = xt::arange<std::int64_t>(0, 15);
  const data::TextStreams streams(text, 2, 3);  // two of 7, in pieces of 3
  REQUIRE(streams.size() == 2);
  CHECK((streams[0].tokens == IndexArray{{0, 7}, {1, 8}, {2, 9}}));
  CHECK((streams[0].next == IndexArray{{1, 8}, {2, 9}, {3, 10}}));
  CHECK((streams[1].tokens == IndexArray{{3, 10}, {4, 11}, {5, 12}}));
  CHECK((streams[1].next == IndexArray{{4, 11}, {5, 12}, {6, 13}}));
  const data::TextStreams whole(text, 1, 14);  // to the very last character
  CHECK(whole.size() == 1);
  CHECK(whole[0].next(13, 0) == 14);
  CHECK_THROWS_WITH(streams[2], "TextStreams: piece must be in [0, 2), got 2");
  CHECK_THROWS_WITH(data::TextStreams(text, 3, 5),
                    "TextStreams: number of tokens must be > count * length = 15, got 15");
  CHECK_THROWS_WITH(data::TextStreams(IndexArray(Shape{0}), 1, 1),
                    "TextStreams: number of tokens must be > count * length = 1, got 0");
  CHECK_THROWS_WITH(data::TextStreams(text, 0, 5), "TextStreams: count must be >= 1, got 0");
}

TEST_CASE("a text is read as it is", "[data][text]") {
  const std::string path = "text_test.txt", text("a\r\n\0b\n", 6);
  std::ofstream(path, std::ios::binary) << text;
  CHECK(data::read_text(path) == text);
  std::remove(path.c_str());
  CHECK_THROWS_WITH(data::read_text(path), "read_text: cannot open 'text_test.txt'");
  CHECK_THROWS_WITH(data::read_text("."), "read_text: cannot open '.'");
}
