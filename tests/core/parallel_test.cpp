#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <xgrad/core/error.hpp>
#include <xgrad/core/parallel.hpp>
#include "support/catch.hpp"

namespace {

struct ThreadCount {  // sets the number of threads for one test
  explicit ThreadCount(int n) : before(xg::get_num_threads()) { xg::set_num_threads(n); }
  ~ThreadCount() { xg::set_num_threads(before); }
  int before;
};

/// Sum over i < n of i, in integers, by blocks: any block lost or done twice shows.
std::uint64_t sum_by_blocks(std::size_t n, std::size_t block) {
  std::vector<std::uint64_t> partial(n / block + 1);
  xg::parallel_for(n, block, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) partial[begin / block] += i;
  });
  std::uint64_t total = 0;
  for (const std::uint64_t p : partial) total += p;
  return total;
}

std::uint64_t triangle(std::size_t n) { return n < 2 ? 0 : std::uint64_t{n} * (n - 1) / 2; }

}  // namespace

TEST_CASE("parallel_for: the blocks are the same for any number of threads", "[core][parallel]") {
  const int threads = GENERATE(1, 2, 3, 7);
  const ThreadCount guard(threads);
  std::vector<std::pair<std::size_t, std::size_t>> blocks(4);
  xg::parallel_for(10, 3, [&](std::size_t begin, std::size_t end) {
    blocks.at(begin / 3) = {begin, end};
  });
  CAPTURE(threads);
  const std::vector<std::pair<std::size_t, std::size_t>> expected{{0, 3}, {3, 6}, {6, 9}, {9, 10}};
  REQUIRE(blocks == expected);
}

TEST_CASE("parallel_for: an empty range calls nothing, a single block runs here",
          "[core][parallel]") {
  const ThreadCount guard(2);
  int calls = 0;
  xg::parallel_for(0, 4, [&](std::size_t, std::size_t) { ++calls; });
  REQUIRE(calls == 0);
  std::thread::id id;
  xg::parallel_for(4, 4, [&](std::size_t, std::size_t) { id = std::this_thread::get_id(); });
  REQUIRE(id == std::this_thread::get_id());
}

TEST_CASE("parallel_for: block 0 counts as block 1", "[core][parallel]") {
  const ThreadCount guard(2);
  std::vector<int> seen(5);
  xg::parallel_for(5, 0, [&](std::size_t begin, std::size_t end) {
    seen[begin] += static_cast<int>(end - begin);
  });
  REQUIRE(seen == std::vector<int>(5, 1));
}

TEST_CASE("parallel_for: workers take part", "[core][parallel]") {
  const ThreadCount guard(2);
  // Asleep or awake: the pause is longer than workers look for the next loop.
  std::this_thread::sleep_for(std::chrono::milliseconds(GENERATE(0, 5)));
  // Two blocks that wait for each other finish only on two threads.
  std::atomic<int> arrived{0};
  xg::parallel_for(2, 1, [&](std::size_t, std::size_t) {
    ++arrived;
    while (arrived < 2) std::this_thread::yield();
  });
  REQUIRE(arrived == 2);
}

TEST_CASE("parallel_for: an exception reaches the caller and the workers survive",
          "[core][parallel]") {
  const ThreadCount guard(GENERATE(1, 2, 4));
  for (int round = 0; round < 20; ++round) {
    const auto fails = [](std::size_t begin, std::size_t) {
      if (begin == 5) throw std::runtime_error("block 5");
    };
    REQUIRE_THROWS_WITH(xg::parallel_for(64, 1, fails), "block 5");
    REQUIRE(sum_by_blocks(1000, 10) == triangle(1000));
  }
}

TEST_CASE("parallel_for: a nested loop runs on the thread that calls it", "[core][parallel]") {
  const ThreadCount guard(3);
  std::vector<int> inside(8);
  xg::parallel_for(8, 1, [&](std::size_t outer, std::size_t) {
    const auto here = std::this_thread::get_id();
    xg::parallel_for(100, 1, [&](std::size_t, std::size_t) {
      inside[outer] += std::this_thread::get_id() == here;
    });
  });
  REQUIRE(inside == std::vector<int>(8, 100));
}

TEST_CASE("parallel_for: loops from several threads at once are all complete", "[core][parallel]") {
  const ThreadCount guard(3);
  std::atomic<int> wrong{0};
  std::vector<std::thread> users;
  for (int u = 0; u < 3; ++u) {
    users.emplace_back([&wrong, u] {
      for (std::size_t round = 0; round < 500; ++round) {
        const std::size_t n = 50 + 7 * round + static_cast<std::size_t>(u);
        if (sum_by_blocks(n, 16) != triangle(n)) ++wrong;
      }
    });
  }
  for (std::thread& user : users) user.join();
  REQUIRE(wrong == 0);
}

TEST_CASE("parallel_for: the number of threads may change between loops", "[core][parallel]") {
  const ThreadCount guard(1);
  for (int round = 0; round < 30; ++round) {
    xg::set_num_threads(1 + round % 4);
    REQUIRE(sum_by_blocks(777, 10) == triangle(777));
  }
}

#if !defined(__SANITIZE_THREAD__)  // ThreadSanitizer does not follow threads started after a fork
TEST_CASE("parallel_for: a forked child computes with workers of its own", "[core][parallel]") {
  const ThreadCount guard(2);
  REQUIRE(sum_by_blocks(1000, 10) == triangle(1000));
  const pid_t child = fork();
  if (child == 0) _exit(sum_by_blocks(1000, 10) == triangle(1000) ? 0 : 1);
  int status = -1;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  REQUIRE(WEXITSTATUS(status) == 0);
  REQUIRE(sum_by_blocks(1000, 10) == triangle(1000));
}
#endif

TEST_CASE("set_num_threads: refuses fewer than one", "[core][parallel][errors]") {
  const int before = xg::get_num_threads();
  REQUIRE_THROWS_WITH(xg::set_num_threads(0), "set_num_threads: n must be >= 1, got 0");
  REQUIRE(xg::get_num_threads() == before);
}
