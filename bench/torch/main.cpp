// The libtorch peer of xgrad_bench: the same workloads, the same JSON lines.
//   torch_bench --threads 1 --only chain_scalar,mlp_mnist --ms 1000

#include <sys/wait.h>
#include <torch/torch.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "workloads.hpp"

namespace {

using Clock = std::chrono::steady_clock;

double microseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

double status_megabytes(const std::string& key) {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);)
    if (line.rfind(key, 0) == 0) return std::stod(line.substr(key.size() + 1)) / 1024;
  return -1;
}

/// Times of single calls, sorted, after a warm-up.
std::vector<double> time(const std::function<void()>& f, double milliseconds) {
  const auto start = Clock::now();
  f();
  f();
  const double one = microseconds_since(start) / 2;
  const int warm = std::clamp(static_cast<int>(150 * milliseconds / std::max(one, 1.0)), 1, 200);
  for (int i = 0; i < warm; ++i) f();
  std::vector<double> times;
  const auto begin = Clock::now();
  while ((microseconds_since(begin) < milliseconds * 1000 || times.size() < 7) &&
         times.size() < 50000) {
    const auto before = Clock::now();
    f();
    times.push_back(microseconds_since(before));
  }
  std::sort(times.begin(), times.end());
  return times;
}

void run(const std::string& name, const std::function<Workload()>& make, int threads, double ms) {
  at::set_num_threads(threads);
  torch::manual_seed(1);
  const double base = status_megabytes("VmRSS:");
  const Workload work = make();
  const std::vector<double> times = time(work.step, ms);
  std::printf(
      R"({"workload":"%s","peer":"libtorch","threads":%d,"min_us":%.3f,"median_us":%.3f,"reps":%zu,)"
      R"("peak_rss_mb":%.1f,"rss_base_mb":%.1f)",
      name.c_str(), threads, times.front(), times[times.size() / 2], times.size(),
      status_megabytes("VmHWM:") - base, base);
  if (work.forward) std::printf(R"(,"fwd_min_us":%.3f)", time(work.forward, ms / 3).front());
  if (work.operations > 1)
    std::printf(R"(,"ns_per_op":%.1f)", times.front() * 1000 / work.operations);
  std::puts("}");
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  std::string only, skip;
  int threads = 1;
  double ms = 1000;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string option = argv[i];
    if (option == "--threads") threads = std::atoi(argv[i + 1]);
    if (option == "--ms") ms = std::atof(argv[i + 1]);
    if (option == "--only") only = std::string(",") + argv[i + 1] + ",";
    if (option == "--skip") skip = std::string(",") + argv[i + 1] + ",";
  }
  bool good = true;
  for (const auto& [name, make] : workloads()) {
    const std::string key = "," + name + ",";
    if (skip.find(key) != std::string::npos) continue;
    if (!only.empty() && only.find(key) == std::string::npos) continue;
    // A process each, so that the peak memory is the workload's own.
    const pid_t child = fork();
    if (child == 0) {
      run(name, make, threads, ms);
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    good &= status == 0;
  }
  return good ? 0 : 1;
}
