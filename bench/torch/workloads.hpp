#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

struct Workload {
  std::function<void()> step;     ///< what is timed
  std::function<void()> forward;  ///< optional: forward alone with the graph recorded
  double operations = 1;
};

/// The libtorch form of each workload of xgrad_bench, number for number.
std::vector<std::pair<std::string, std::function<Workload()>>> workloads();
