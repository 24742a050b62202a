// Times the workloads; one JSON object a line, as the libtorch program prints them.
//   xgrad_bench --threads 1 --only chain_scalar,mlp_mnist --ms 1000

#include <CLI/CLI.hpp>
#include <cstdio>

#include "workloads.hpp"

int main(int argc, char** argv) {
  CLI::App app("Benchmarks of xgrad: one JSON object a line");
  bench::Options options;
  std::vector<std::string> only, skip;
  bool list = false;
  app.add_option("--threads", options.threads, "threads the library may use")
      ->check(CLI::PositiveNumber);
  app.add_option("--ms", options.milliseconds, "time spent on a workload")
      ->check(CLI::PositiveNumber);
  app.add_option("--only", only, "these workloads")->delimiter(',');
  app.add_option("--skip", skip, "not these")->delimiter(',');
  app.add_flag("--count-alloc", options.count_allocations, "also report allocations");
  app.add_flag("--list", list, "print the names and stop");
  CLI11_PARSE(app, argc, argv);

  bool good = true;
  for (const auto& workloads :
       {bench::tape_workloads(), bench::network_workloads(), bench::image_workloads(),
        bench::sequence_workloads(), bench::layer_workloads(), bench::part_workloads()})
    for (const auto& [name, make] : workloads) {
      if (list) {
        std::puts(name.c_str());
        continue;
      }
      const auto named = [&n = name](const std::vector<std::string>& names) {
        return std::find(names.begin(), names.end(), n) != names.end();
      };
      if (named(skip) || (!only.empty() && !named(only))) continue;
      good &= bench::measure(name, make, options);
    }
  return good ? 0 : 1;
}
