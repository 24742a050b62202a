#include <xgrad/core/error.hpp>
#include <xgrad/core/kernels/random.hpp>
#include <xgrad/io/checkpoint.hpp>
#include <xgrad/io/safetensors.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/ops/elementary.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/optim/schedule.hpp>
#include <xgrad/optim/sgd.hpp>

#include <fstream>
#include <iterator>

#include "support/catch.hpp"
#include "support/cifar_files.hpp"

using namespace xg;
using test::Folder;

namespace {

/// A net, what trains it and where its random numbers stand: everything that a step changes.
struct Run {
  nn::Linear<float> net;
  optim::SGD<float> sgd;
  optim::StepLR schedule;
  Generator random;
  struct Counter {
    std::uint64_t value = 0;
    std::uint64_t epoch() const { return value; }
    void set_epoch(std::uint64_t epoch) { value = epoch; }
  } loader;

  explicit Run(std::size_t inputs = 3)
      : net(inputs, 2),
        sgd(net.parameters(), {.lr = 0.1, .momentum = 0.9}),
        schedule(sgd, {.step_size = 2, .gamma = 0.5}),
        random(11, 4) {}

  io::Checkpoint checkpoint() {
    io::Checkpoint result;
    result.add("net", net).add("optimizer", sgd).add("schedule", schedule);
    result.add("loader", loader).add("random", random).expect("batch", "64");
    return result;
  }
  void step() {
    Array<float> x(Shape{4, net.weight.shape()[1]});
    kernels::fill_normal(random, x.data(), x.size(), 0.F, 1.F);
    sum(square(net(x))).backward();
    sgd.step();
    sgd.zero_grad();
    schedule.step();
    ++loader.value;
  }
  /// All of it, as text that differs when a bit does.
  std::string bits() {
    const Folder folder;
    checkpoint().save(folder.path("bits"));
    return read(folder.path("bits"));
  }
  static std::string read(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
};

/// Loading must fail with this text after the file's name, and change nothing.
void check_refused(Run& run, const io::Checkpoint& checkpoint, const std::string& path,
                   const std::string& problem) {
  const std::string before = run.bits();
  REQUIRE_THROWS_WITH(checkpoint.load(path), path + ": " + problem);
  REQUIRE_THROWS_AS(checkpoint.load(path), IoError);
  REQUIRE(run.bits() == before);
}

}  // namespace

TEST_CASE("Checkpoint: a run goes on bit for bit where it was saved", "[io][checkpoint]") {
  const Folder folder;
  manual_seed(1);
  Run whole;
  for (int i = 0; i < 3; ++i) whole.step();
  whole.checkpoint().save(folder.path("c"));
  manual_seed(2);
  Run resumed;
  resumed.checkpoint().load(folder.path("c"));
  REQUIRE(resumed.bits() == whole.bits());
  CHECK(resumed.loader.value == 3);
  CHECK(resumed.schedule.time() == 3);
  CHECK(resumed.sgd.lr() == 0.05);
  CHECK(resumed.random.state() == whole.random.state());
  for (int i = 0; i < 3; ++i) {
    whole.step();
    resumed.step();
    REQUIRE(resumed.bits() == whole.bits());
  }
  Run fresh;
  fresh.step();
  REQUIRE(fresh.bits() != whole.bits());  // the comparison can tell
}

TEST_CASE("Checkpoint: a file is safetensors, its arrays named by part", "[io][checkpoint]") {
  const Folder folder;
  Run run;
  run.step();
  run.checkpoint().save(folder.path("c"));
  const StateDict state = io::load_safetensors(folder.path("c"));
  CHECK((state.at("net/weight") == AnyArray(run.net.weight.value())));
  CHECK(state.contains("optimizer/state.0.buffer0"));
  CHECK(state.contains("random/state"));
  const auto notes = io::load_safetensors_metadata(folder.path("c"));
  CHECK(notes.at("format") == "xgrad checkpoint 1");
  CHECK(notes.at("setting.batch") == "64");
}

TEST_CASE("Checkpoint: no cut and no changed byte goes unnoticed", "[io][checkpoint][errors]") {
  const Folder folder;
  Run saved;
  for (int i = 0; i < 3; ++i) saved.step();
  saved.checkpoint().save(folder.path("c"));
  const std::string good = Run::read(folder.path("c")), wanted = saved.bits();
  Run run;
  const io::Checkpoint checkpoint = run.checkpoint();
  const std::string before = run.bits();
  std::size_t refused = 0;
  const auto try_load = [&](const std::string& bytes) {
    const auto path = folder.write("bad", bytes);
    try {
      checkpoint.load(path);
      // Spaces in the header may change; what is meant may not.
      if (run.bits() != wanted) FAIL("a damaged file was believed");
      const auto restore = folder.write("before", before);
      checkpoint.load(restore);
    } catch (const IoError& error) {
      ++refused;
      if (std::string(error.what()).rfind(path + ": ", 0) != 0) FAIL(error.what());
    }
    if (run.bits() != before) FAIL("a refused file has changed the run");
  };
  for (std::size_t at = 0; at < good.size(); at += 3) try_load(good.substr(0, at));
  REQUIRE(refused == (good.size() + 2) / 3);
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string bytes = good;
    bytes[at] = static_cast<char>(bytes[at] ^ 1 << at % 8);
    try_load(bytes);
  }
  REQUIRE(refused > (good.size() + 2) / 3 + good.size() * 9 / 10);
}

TEST_CASE("Checkpoint: says which part or setting is of another run", "[io][checkpoint][errors]") {
  const Folder folder;
  Run saved;
  saved.step();
  const auto path = folder.path("c");
  saved.checkpoint().save(path);

  Run run;
  SECTION("a file that is none") {
    check_refused(run, run.checkpoint(), folder.path("absent"),
                  "file must be readable, got none that can be opened");
    io::save_safetensors(path, run.net.state_dict());
    check_refused(run, run.checkpoint(), path,
                  "file must be a checkpoint ('xgrad checkpoint 1'), got format none");
  }
  SECTION("another setting, one more and one less") {
    check_refused(run, run.checkpoint().expect("batch", "32"), path,
                  "setting 'batch' must be 32 as in this run, got 64");
    check_refused(run, run.checkpoint().expect("seed", "1"), path,
                  "setting 'seed' must be 1 as in this run, got none");
    saved.checkpoint().expect("seed", "1").save(path);
    check_refused(run, run.checkpoint(), path,
                  "settings must be those of this run, got setting.seed = 1");
  }
  SECTION("another model: the parts before it are put back") {
    Run wide(5);
    io::Checkpoint checkpoint;
    checkpoint.add("random", wide.random).add("loader", wide.loader);
    checkpoint.add("optimizer", wide.sgd).add("schedule", wide.schedule).add("net", wide.net);
    checkpoint.expect("batch", "64");
    const std::string before = wide.bits();
    REQUIRE_THROWS_WITH(checkpoint.load(path),
                        Catch::Matchers::StartsWith(path + ": part 'optimizer' must fit this run"));
    REQUIRE(wide.bits() == before);
  }
  SECTION("a part too few, a part too many") {
    io::Checkpoint fewer;
    fewer.add("net", run.net).expect("batch", "64");
    check_refused(run, fewer, path,
                  "every array must belong to a part of this run, got "
                  "'optimizer/group.0.lr'");
    fewer.save(path);
    check_refused(run, run.checkpoint(), path,
                  "part 'optimizer' must fit this run, got StateDict: name must be one of its "
                  "entries, got group.0.lr");
  }
}

TEST_CASE("Checkpoint: refuses names that its file could not tell apart",
          "[io][checkpoint][errors]") {
  Run run;
  auto checkpoint = run.checkpoint();
  REQUIRE_THROWS_WITH(checkpoint.add("net", run.net),
                      "Checkpoint: name must be new, not empty and without '/', got 'net'");
  REQUIRE_THROWS_AS(checkpoint.add("a/b", run.random), ValueError);
  REQUIRE_THROWS_AS(checkpoint.add("", run.loader), ValueError);
}
