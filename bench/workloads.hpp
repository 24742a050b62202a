#pragma once

#include <string>
#include <utility>
#include <vector>

#include "measure.hpp"

namespace bench {

using Named = std::pair<std::string, std::function<Workload()>>;

// Every workload is, number for number, the one of the same name in the libtorch program.
std::vector<Named> tape_workloads();      ///< chains, double backward, gradcheck_like, elementwise
std::vector<Named> network_workloads();   ///< micrograd_mlp, mlp_mnist, mlp_wide, double_backward
std::vector<Named> sequence_workloads();  ///< lstm_cell, lstm_fused, rnn_char, rnn_unrolled_512
std::vector<Named> image_workloads();     ///< lenet, cnn_cifar, resnet20
std::vector<Named> layer_workloads();     ///< convolution, pooling, batch normalisation
std::vector<Named> part_workloads();      ///< bn_fc, softmax_ce, dropout, maxout, adam alone

}  // namespace bench
