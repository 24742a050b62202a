#pragma once

#include <string>
#include <string_view>

#include <xgrad/core/array.hpp>

/// Texts as tokens, for language models of characters.
namespace xg::data {

/// A file's bytes. @throws IoError if it cannot be read.
std::string read_text(const std::string& path);

/// The distinct characters (bytes) of a text, numbered from 0 in the order of their codes.
class Characters {
 public:
  explicit Characters(std::string_view text);

  std::size_t size() const noexcept { return known_.size(); }
  /// [text.size()] numbers. @throws ValueError for a character the text did not have.
  IndexArray encode(std::string_view text) const;
  /// The text of any array of numbers. @throws ValueError for one outside [0, size()).
  std::string decode(const IndexArray& tokens) const;

 private:
  std::string known_;  // sorted
};

/// A text cut into equal streams that are read side by side, piece by piece: for truncated
/// back-propagation, where the state after one piece is the state before the next.
///
///   xg::data::TextStreams streams(tokens, 50, 64);
///   for (std::size_t i = 0; i < streams.size(); ++i) {
///     const auto [now, next] = streams[i];               // both [64, 50]
///
/// A few characters at the end, too few for one more piece of every stream, are left out.
class TextStreams {
 public:
  struct Piece {
    IndexArray tokens;  ///< [length, count]: column n goes on where it ended in the piece before
    IndexArray next;    ///< the same places, each one later
  };

  /// @param tokens  [characters].
  /// @param count   streams, >= 1.
  /// @param length  characters of each in a piece, >= 1.
  /// @throws ShapeError for another rank; ValueError if the text is too short for one piece.
  TextStreams(IndexArray tokens, std::size_t count, std::size_t length);

  std::size_t size() const noexcept { return pieces_; }
  Piece operator[](std::size_t piece) const;

 private:
  IndexArray tokens_;
  std::size_t count_, length_, pieces_ = 0, apart_ = 0;
};

}  // namespace xg::data
