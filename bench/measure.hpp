#pragma once

// Timing and memory of one workload, in the terms of the libtorch peer: a JSON object a line.

#include <functional>
#include <string>

namespace bench {

struct Workload {
  std::function<void()> step;     ///< what is timed
  std::function<void()> forward;  ///< optional: forward alone with the graph recorded
  double operations = 1;          ///< above 1: also report nanoseconds an operation
};

struct Options {
  int threads = 1;
  double milliseconds = 1000;
  bool count_allocations = false;
};

/// Makes and times the workload in a child process of its own, so that the peak memory is its own.
/// Prints one line; returns false if the child failed.
bool measure(const std::string& name, const std::function<Workload()>& make,
             const Options& options);

}  // namespace bench
