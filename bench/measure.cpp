#include "measure.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xgrad/xgrad.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <vector>

namespace bench {
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

struct Times {
  double min = 0, median = 0;
  std::size_t count = 0;
};

Times time(const std::function<void()>& f, double milliseconds) {
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
  return {times.front(), times[times.size() / 2], times.size()};
}

long page_faults() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

std::string run(const std::string& name, const std::function<Workload()>& make,
                const Options& options) {
  xg::set_num_threads(options.threads);
  xg::manual_seed(1);
  const double base = status_megabytes("VmRSS:");
  const Workload work = make();
  work.step();
  work.step();
  const long faults = page_faults();
  const Times step = time(work.step, options.milliseconds);
  const double faults_a_step =
      static_cast<double>(page_faults() - faults) / static_cast<double>(step.count + 3);
  std::string line = fmt::format(
      R"({{"workload":"{}","peer":"xgrad","threads":{},"min_us":{:.3f},"median_us":{:.3f},"reps":{},)"
      R"("peak_rss_mb":{:.1f},"rss_base_mb":{:.1f},"minflt_per_step":{:.1f})",
      name, options.threads, step.min, step.median, step.count, status_megabytes("VmHWM:") - base,
      base, faults_a_step);
  if (work.forward)
    line +=
        fmt::format(R"(,"fwd_min_us":{:.3f})", time(work.forward, options.milliseconds / 3).min);
  if (work.operations > 1)
    line += fmt::format(R"(,"ns_per_op":{:.1f})", step.min * 1000 / work.operations);
  if (options.count_allocations) {
    xg::reset_peak_memory();
    const auto before = xg::memory_stats();
    work.step();
    const auto after = xg::memory_stats();
    const double mb = 1 << 20;
    line +=
        fmt::format(R"(,"persistent_mb":{:.3f},"peak_alloc_mb":{:.3f},"allocs_per_step":{})",
                    static_cast<double>(before.current) / mb, static_cast<double>(after.peak) / mb,
                    after.allocations - before.allocations);
  }
  return line + "}\n";
}

}  // namespace

bool measure(const std::string& name, const std::function<Workload()>& make,
             const Options& options) {
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    try {
      fmt::print("{}", run(name, make, options));
    } catch (const std::exception& error) {
      fmt::print(stderr, "{}: {}\n", name, error.what());
      std::fflush(stderr);
      _exit(1);
    }
    std::fflush(stdout);
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return status == 0;
}

}  // namespace bench
