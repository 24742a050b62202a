// Proves every entry of the table of operations and prints what was done.
//
//   ops_table [--only NAME,...] [--no-mutants] [--fail-fast] [--quiet] [--headers DIR] [--list]
//             [--export]
//
// --fail-fast: nothing more is done after the first check that fails.
//
// The exit code is 0 if every check of every entry passed, every damaged gradient was noticed, and
// (with --headers) every operation declared in DIR has an entry. Without --only the examples of the
// reference pages are run too.

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <iostream>
#include <map>
#include <set>
#include <xgrad/core/error.hpp>

#include "ops/checks.hpp"
#include "ops/declared.hpp"
#include "ops/example.hpp"
#include "ops/export.hpp"
#include "ops/forward_checks.hpp"
#include "ops/nan_checks.hpp"
#include "ops/tape_mutants.hpp"

using namespace xg::test;

namespace {

struct Options {
  std::set<std::string> only;
  std::string headers;
  bool mutants = true, fail_fast = false, quiet = false, list = false, as_json = false;
};

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--no-mutants") options.mutants = false;
    if (argument == "--fail-fast") options.fail_fast = true;
    if (argument == "--quiet") options.quiet = true;
    if (argument == "--list") options.list = true;
    if (argument == "--export") options.as_json = true;
    if (argument == "--headers" && i + 1 < argc) options.headers = argv[++i];
    if (argument == "--only" && i + 1 < argc) {
      std::string names = argv[++i];
      for (char* name = std::strtok(names.data(), ","); name; name = std::strtok(nullptr, ","))
        options.only.insert(name);
    }
  }
  return options;
}

struct Result {
  std::map<std::string, std::pair<int, int>> checks;  // passed, run
  std::vector<std::string> failures;
  MutantCount mutants;
  bool fail_fast = false;

  bool enough() const { return fail_fast && !failures.empty(); }

  template <class F>
  void note(const char* check, const std::string& label, F&& run) {
    if (enough()) return;
    std::string text;
    try {
      text = run();
    } catch (const std::exception& error) {
      text = std::string("throws ") + error.what();
    }
    auto& [passed, count] = checks[check];
    ++count;
    if (text.empty())
      ++passed;
    else
      failures.push_back(fmt::format("{}, {}: {}", check, label, text));
  }
};

bool complete(const Entry& entry, Result& result) {
  if (!entry.exempt.empty()) return true;
  if (entry.samples.empty()) result.failures.push_back("an entry needs samples");
  if (entry.references.empty()) result.failures.push_back("an entry needs reference values");
  return result.failures.empty();
}

/// Nodes go by a tangent rule of their own unless they are listed, with the reason.
void check_tangent_rules(const Entry& entry, Result& result) {
  const TangentWatch watch;
  try {
    for (const Sample& sample : entry.samples) (void)check_tangent(sample);
  } catch (const std::exception&) {
    return;  // the check itself has reported it
  }
  for (const auto& [node, by_rule] : watch.seen())
    if (by_rule == (without_tangent_rule().count(node) != 0))
      result.failures.push_back(fmt::format("node {} has {} tangent rule and is {} listed", node,
                                            by_rule ? "a" : "no", by_rule ? "" : "not"));
}

Result prove(const Entry& entry, const Options& options) {
  Result result;
  result.fail_fast = options.fail_fast;
  complete(entry, result);
  for (const Reference& reference : entry.references)
    result.note("value", reference.label, [&] { return check_reference(reference); });
  for (const Refusal& refusal : entry.refusals)
    result.note("errors", refusal.text, [&] { return check_refusal(refusal); });
  for (const Sample& sample : entry.samples)
    for (const SampleCheck& check : sample_checks())
      result.note(check.name, sample.label, [&] { return check.run(sample); });
  if (!entry.samples.empty()) result.note("nan", "every sample", [&] { return check_nan(entry); });
  if (!result.enough()) check_tangent_rules(entry, result);
  if (options.mutants && result.failures.empty()) {
    result.mutants = mutate_tape(entry);
    result.mutants += mutate_tangents(entry);
  }
  for (const std::string& survivor : result.mutants.survivors)
    result.failures.push_back("damage not noticed: " + survivor);
  return result;
}

std::vector<const char*> columns() {
  std::vector<const char*> names = {"value"};
  for (const SampleCheck& check : sample_checks()) names.push_back(check.name);
  names.push_back("nan");
  names.push_back("errors");
  return names;
}

std::string row(const std::string& name, const Result& result) {
  std::string text = fmt::format("{:<18}", name);
  for (const char* column : columns()) {
    const auto found = result.checks.find(column);
    if (found == result.checks.end())
      text += fmt::format("{:>10}", "-");
    else if (found->second.first == found->second.second)
      text += fmt::format("{:>10}", found->second.first);
    else
      text +=
          fmt::format("{:>10}", fmt::format("{}/{}", found->second.first, found->second.second));
  }
  const MutantCount& m = result.mutants;
  return text + fmt::format("{:>12}", fmt::format("{}/{}", m.caught, m.made - m.equivalent)) +
         (m.equivalent ? fmt::format("  ({} equivalent: the gradient is zero)", m.equivalent) : "");
}

std::string head() {
  std::string text = fmt::format("{:<18}", "operation");
  for (const char* column : columns()) text += fmt::format("{:>10}", column);
  return text + fmt::format("{:>12}", "mutants");
}

/// Operations without an entry, and entries twice.
std::vector<std::string> gaps(const std::string& headers) {
  std::vector<std::string> missing;
  std::set<std::string> listed;
  for (const Entry& entry : table())
    if (!listed.insert(entry.name).second) missing.push_back(entry.name + " is listed twice");
  if (headers.empty()) return missing;
  for (const std::string& name : declared_operations(headers))
    if (listed.count(name) == 0) missing.push_back(name + " is declared but has no entry");
  return missing;
}

/// The examples of the reference pages, also of operations that have no entry.
void check_examples(std::vector<std::string>& failures, const Options& options) {
  if (!options.only.empty()) return;
  const std::vector<Example> all = examples();
  for (const Example& example : all)
    if (const std::string text = check_example(example); !text.empty())
      failures.push_back(std::string(example.name) + ": " + text);
  if (!options.quiet) std::cout << all.size() << " examples of the reference pages\n";
}

void add(Result& total, const Result& one) {
  for (const auto& [check, counts] : one.checks) {
    total.checks[check].first += counts.first;
    total.checks[check].second += counts.second;
  }
  total.mutants.made += one.mutants.made;
  total.mutants.caught += one.mutants.caught;
  total.mutants.equivalent += one.mutants.equivalent;
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = parse(argc, argv);
  if (options.list) {
    for (const Entry& entry : table()) std::cout << entry.name << '\n';
    return 0;
  }
  if (options.as_json) {
    export_table(std::cout);
    return 0;
  }
  if (!options.quiet) std::cout << head() << '\n';
  std::vector<std::string> failures = gaps(options.headers);
  check_examples(failures, options);
  Result total;
  std::size_t entries = 0;
  for (const Entry& entry : table()) {
    if (!options.only.empty() && options.only.count(entry.name) == 0) continue;
    if (options.fail_fast && !failures.empty()) break;
    const Result result = prove(entry, options);
    ++entries;
    add(total, result);
    for (const std::string& text : result.failures) failures.push_back(entry.name + ": " + text);
    if (options.quiet) continue;
    if (entry.exempt.empty())
      std::cout << row(entry.name, result) << std::endl;
    else
      std::cout << fmt::format("{:<18}  exempt: {}\n", entry.name, entry.exempt);
  }
  if (!options.quiet) std::cout << row(fmt::format("{} in all", entries), total) << '\n';
  for (const std::string& text : failures) std::cout << "FAILED " << text << '\n';
  const bool missing = failures.empty() && entries < options.only.size();
  if (missing) std::cout << "FAILED an entry of --only does not exist\n";
  return failures.empty() && !missing ? 0 : 1;
}
