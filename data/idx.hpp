#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <xgrad/data/images.hpp>

namespace xg::data {

/// The contents of an IDX file of bytes.
struct IdxBytes {
  std::vector<std::size_t> shape;
  std::vector<std::uint8_t> values;  ///< last dimension fastest
};

/// Reads an IDX file of unsigned bytes, plain or compressed by gzip.
///
/// Format, big-endian: two zero bytes, the element type (8: unsigned byte), the number of
/// dimensions, one uint32 for each, the elements. The file is not trusted: sizes are compared with
/// the bytes that are there before memory is taken for them.
///
/// @throws IoError, one sentence with the path, if the file is missing, no IDX file, of another
///         element type, truncated, damaged, longer than it says, or says more than 2^31 elements.
IdxBytes read_idx(const std::string& path);

/// Images [count, 1, height, width] in [0, 1] and labels from a pair of IDX files.
///
/// @throws IoError as read_idx, and if the ranks are not 3 and 1 or the counts differ.
template <class T = float>
LabelledImages<T> read_idx_pair(const std::string& images, const std::string& labels);

/// MNIST from the four files of its usual names in a folder, with or without .gz.
///
///   train  60,000 images of 28 x 28, test 10,000 (train-images-idx3-ubyte,
///   train-labels-idx1-ubyte,
///          t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte)
///
/// @throws IoError as read_idx_pair.
/// Source: Y. LeCun, C. Cortes, C. Burges, the MNIST database of handwritten digits.
template <class T = float>
Split<T> mnist(const std::string& folder);

}  // namespace xg::data
