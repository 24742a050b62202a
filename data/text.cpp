#include "xgrad/data/text.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "xgrad/core/error.hpp"

namespace xg::data {

std::string read_text(const std::string& path) {
  std::error_code none;
  const bool regular = std::filesystem::is_regular_file(path, none);  // else reading may never end
  std::ifstream file(path, std::ios::binary);
  if (!regular || !file) throw IoError("read_text: cannot open '" + path + "'");
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (file.bad()) throw IoError("read_text: cannot read '" + path + "'");
  return text;
}

namespace {

bool less(char a, char b) { return static_cast<unsigned char>(a) < static_cast<unsigned char>(b); }

}  // namespace

Characters::Characters(std::string_view text) {
  bool seen[256] = {};
  for (const char c : text) seen[static_cast<unsigned char>(c)] = true;
  for (int code = 0; code < 256; ++code)
    if (seen[code]) known_.push_back(static_cast<char>(code));
}

IndexArray Characters::encode(std::string_view text) const {
  IndexArray tokens(Shape{text.size()});
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto at = std::lower_bound(known_.begin(), known_.end(), text[i], less);
    require<ValueError>(at != known_.end() && *at == text[i], "Characters.encode", "character",
                        "be in the vocabulary",
                        "code " + std::to_string(static_cast<unsigned char>(text[i])));
    tokens.data()[i] = at - known_.begin();
  }
  return tokens;
}

std::string Characters::decode(const IndexArray& tokens) const {
  std::string text;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const std::int64_t token = tokens.data()[i];
    require<ValueError>(token >= 0 && static_cast<std::size_t>(token) < known_.size(),
                        "Characters.decode", "token",
                        "be in [0, " + std::to_string(known_.size()) + ")", token);
    text.push_back(known_[static_cast<std::size_t>(token)]);
  }
  return text;
}

TextStreams::TextStreams(IndexArray tokens, std::size_t count, std::size_t length)
    : tokens_(std::move(tokens)), count_(count), length_(length) {
  require_rank("TextStreams", "tokens", tokens_.shape(), 1);
  require<ValueError>(count >= 1, "TextStreams", "count", "be >= 1", count);
  require<ValueError>(length >= 1, "TextStreams", "length", "be >= 1", length);
  const std::size_t usable = std::max<std::size_t>(tokens_.size(), 1) - 1;  // the last has no next
  apart_ = usable / count;
  pieces_ = apart_ / length;
  require<ValueError>(pieces_ >= 1, "TextStreams", "number of tokens",
                      "be > count * length = " + std::to_string(count * length), tokens_.size());
}

TextStreams::Piece TextStreams::operator[](std::size_t piece) const {
  require<ValueError>(piece < pieces_, "TextStreams", "piece",
                      "be in [0, " + std::to_string(pieces_) + ")", piece);
  Piece result{IndexArray(Shape{length_, count_}), IndexArray(Shape{length_, count_})};
  for (std::size_t t = 0; t < length_; ++t)
    for (std::size_t n = 0; n < count_; ++n) {
      const std::size_t from = n * apart_ + piece * length_ + t;
      result.tokens.data()[t * count_ + n] = tokens_.data()[from];
      result.next.data()[t * count_ + n] = tokens_.data()[from + 1];
    }
  return result;
}

}  // namespace xg::data
