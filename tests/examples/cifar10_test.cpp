// examples/cifar10 as its user runs it.
#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include <xgrad/core/error.hpp>
#include <xgrad/io/safetensors.hpp>

#include "support/catch.hpp"
#include "support/cifar_files.hpp"

using namespace xg;
using test::Folder;

namespace {

struct Outcome {
  int code = -1;
  std::string out;  // and what went to standard error
};

std::string read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Runs the program in the folder's data with a narrow net and these arguments.
Outcome cifar10(const Folder& folder, const std::string& arguments) {
  const std::string out = folder.path("out");
  const std::string command = "'" XGRAD_CIFAR10 "' --dir '" + folder.path() +
                              "' --width 2 --batch 8 --report '" + folder.path("report.html") +
                              "' " + arguments + " >'" + out + "' 2>&1";
  const int status = std::system(command.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read(out)};
}

/// But for the time that training took.
void check_same_run(const std::string& a, const std::string& b) {
  const StateDict left = io::load_safetensors(a), right = io::load_safetensors(b);
  REQUIRE(left.size() == right.size());
  for (const auto& [name, array] : left) {
    INFO(name);
    if (name != "history/seconds") CHECK((right.at(name) == array));
  }
}

}  // namespace

TEST_CASE("cifar10: four epochs are two, a stop, and two more, bit for bit", "[examples]") {
  const Folder folder;
  test::write_cifar(folder, 10);
  const std::string whole = folder.path("whole.ckpt"), parts = folder.path("parts.ckpt");
  const auto once = cifar10(folder, "--epochs 4 --checkpoint '" + whole + "'");
  INFO(once.out);
  REQUIRE(once.code == 0);
  CHECK(once.out.find("all agree with differences") != std::string::npos);
  CHECK(once.out.find("near ln 10 = 2.3026") != std::string::npos);
  CHECK(once.out.find("epoch 4/4  loss ") != std::string::npos);
  const std::string report = read(folder.path("report.html"));
  for (const char* part : {"Filters of the first layer", "Confusion on held-out images", "Loss",
                           "Accuracy", "<th>airplane</th>", "data:image/png;base64,"}) {
    CHECK(report.find(part) != std::string::npos);
  }

  REQUIRE(cifar10(folder, "--epochs 4 --stop-after 2 --checkpoint '" + parts + "'").code == 0);
  CHECK(io::load_safetensors(parts).at("history/train_loss") !=
        io::load_safetensors(whole).at("history/train_loss"));
  const auto resumed = cifar10(folder, "--epochs 4 --resume --checkpoint '" + parts + "'");
  INFO(resumed.out);
  REQUIRE(resumed.code == 0);
  CHECK(resumed.out.find("resumed after epoch 2 of 4") != std::string::npos);
  CHECK(resumed.out.find("epoch 2/4") == std::string::npos);
  check_same_run(whole, parts);
}

TEST_CASE("cifar10: a checkpoint that is damaged or of another run is refused and stays",
          "[examples][errors]") {
  const Folder folder;
  test::write_cifar(folder, 4);
  const std::string path = folder.path("c.ckpt"), use = "--checkpoint '" + path + "' ";
  REQUIRE(cifar10(folder, "--epochs 2 --stop-after 1 " + use).code == 0);
  const std::string good = read(path);
  const auto refused = [&](const std::string& arguments, const std::string& problem) {
    const std::string before = read(path);
    const auto outcome = cifar10(folder, arguments + " --resume " + use);
    INFO(outcome.out);
    CHECK(outcome.code == 1);
    CHECK(outcome.out.find("error: " + path + ": " + problem) != std::string::npos);
    CHECK(read(path) == before);
  };
  refused("--epochs 3", "setting 'epochs' must be 3 as in this run, got 2");
  refused("--epochs 2 --seed 2", "setting 'seed' must be 2 as in this run, got 1");
  folder.write("c.ckpt", good.substr(0, good.size() - 5));
  refused("--epochs 2", "");
  std::string flipped = good;
  flipped[good.size() - 9] = static_cast<char>(flipped[good.size() - 9] ^ 16);
  folder.write("c.ckpt", flipped);
  refused("--epochs 2", "checksum must be ");
  std::filesystem::remove(path);
  refused("--epochs 2", "file must be readable, got none that can be opened");
}

TEST_CASE("cifar10: says which file it misses", "[examples][errors]") {
  const Folder folder;
  const auto outcome = cifar10(folder, "");
  CHECK(outcome.code == 1);
  CHECK(outcome.out ==
        "error: read_cifar10: " + folder.path("test_batch.bin") + ": no such file\n");
}
