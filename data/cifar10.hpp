#pragma once

#include <array>
#include <string>

#include <xgrad/data/images.hpp>

namespace xg::data {

/// The classes of CIFAR-10 in the order of their labels.
inline constexpr std::array<const char*, 10> cifar10_classes = {
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"};

/// CIFAR-10 from the six files of its "binary version" in a folder: data_batch_1.bin to
/// data_batch_5.bin for training, test_batch.bin.
///
///   images  [count, 3, 32, 32]  red, green, blue, in [0, 1]; officially 50,000 and 10,000
///   labels  [count]             0 to 9, see cifar10_classes
///
/// @throws IoError, one sentence with the path, as read_cifar10_file, or if there is no such folder
///         or a file is missing from it.
/// Source: A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009.
template <class T = float>
Split<T> read_cifar10(const std::string& folder);

/// One file of that format: records of 3,073 bytes, any number of them from 1 up: the label, then
/// 1,024 bytes of red, of green and of blue, each plane row by row. The file is not trusted.
///
/// @throws IoError if it is missing or no file, empty, cut inside a record, of more than 2^31
///         pixels, or has a label above 9.
template <class T = float>
LabelledImages<T> read_cifar10_file(const std::string& path);

}  // namespace xg::data
